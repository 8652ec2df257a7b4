package io.cnimetrics.config;

import java.util.Optional;
import java.util.function.Function;

/**
 * One command-line flag, with the text that {@code --help} shows for it.
 *
 * @param name such as {@code --poll-interval}
 * @param variable the environment variable that also sets it
 * @param defaultValue the text that is parsed if the flag is absent; empty: it has no default
 * @param shownDefault the default, or what happens without the flag
 */
public record Flag<T>(
    String name,
    String variable,
    FlagType<T> type,
    Optional<String> defaultValue,
    String shownDefault,
    String description) {

  public static <T> Flag<T> of(String name, String variable, FlagType<T> type) {
    return new Flag<>(name, variable, type, Optional.empty(), "", "");
  }

  /** The same flag with a default value. */
  public Flag<T> defaultsTo(String text) {
    return new Flag<>(name, variable, type, Optional.of(text), text, description);
  }

  /** The same flag without a default value; the text says what happens if it is absent. */
  public Flag<T> ifAbsent(String text) {
    return new Flag<>(name, variable, type, Optional.empty(), text, description);
  }

  /** The same flag with a description. */
  public Flag<T> means(String text) {
    return new Flag<>(name, variable, type, defaultValue, shownDefault, text);
  }

  /** The same flag with a further check or conversion of its value. */
  public <U> Flag<U> with(Function<T, U> next) {
    FlagType<U> stricter = new FlagType<>(type.label(), type.form(), type.parser().andThen(next));
    return new Flag<>(name, variable, stricter, defaultValue, shownDefault, description);
  }
}
