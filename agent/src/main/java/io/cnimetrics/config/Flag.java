package io.cnimetrics.config;

import java.util.Optional;
import java.util.function.Function;

/**
 * One command-line flag, with the text that {@code --help} shows for it.
 *
 * @param name such as {@code --poll-interval}
 * @param variable the environment variable that also sets it
 * @param defaultValue the text that is parsed if the flag is absent
 * @param ifAbsent for a flag without a default value: what happens if it is absent
 */
public record Flag<T>(
    String name,
    String variable,
    FlagType<T> type,
    Optional<String> defaultValue,
    String ifAbsent,
    String description) {

  /** A flag with a default value. */
  public static <T> Flag<T> of(
      String name, String variable, FlagType<T> type, String defaultValue, String description) {
    return new Flag<>(name, variable, type, Optional.of(defaultValue), "", description);
  }

  /** A flag without a default value. */
  public static <T> Flag<T> optional(
      String name, String variable, FlagType<T> type, String ifAbsent, String description) {
    return new Flag<>(name, variable, type, Optional.empty(), ifAbsent, description);
  }

  /** The same flag with a further check or conversion of its value. */
  public <U> Flag<U> with(Function<T, U> next) {
    FlagType<U> stricter = new FlagType<>(type.label(), type.form(), type.parser().andThen(next));
    return new Flag<>(name, variable, stricter, defaultValue, ifAbsent, description);
  }

  /** The default as the help text shows it. */
  public String shownDefault() {
    return defaultValue.orElse(ifAbsent);
  }
}
