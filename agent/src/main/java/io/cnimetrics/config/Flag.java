package io.cnimetrics.config;

import java.util.Optional;
import java.util.function.Function;

/**
 * One command-line flag and its text in the output of {@code --help}.
 *
 * @param name the name of the flag, such as {@code --poll-interval}
 * @param variable the environment variable that can be set instead of the flag
 * @param defaultValue the text that is parsed if the flag is absent; empty if there is no default
 * @param shownDefault the help text's words for the default or for the effect of an absent flag
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

  /** A copy with a default value and a description. */
  public Flag<T> defaultsTo(String value, String meaning) {
    return new Flag<>(name, variable, type, Optional.of(value), value, meaning);
  }

  /** A copy without a default value. The help text shows the effect of an absent flag instead. */
  public Flag<T> ifAbsent(String consequence, String meaning) {
    return new Flag<>(name, variable, type, Optional.empty(), consequence, meaning);
  }

  /** A copy that also checks or converts the parsed value. */
  public <U> Flag<U> with(Function<T, U> next) {
    FlagType<U> stricter = new FlagType<>(type.label(), type.form(), type.parser().andThen(next));
    return new Flag<>(name, variable, stricter, defaultValue, shownDefault, description);
  }
}
