package io.cnimetrics.config;

import java.util.Optional;

/**
 * One command-line flag, with the text that {@code --help} shows for it.
 *
 * @param name such as {@code --poll-interval}
 * @param variable the environment variable that also sets it
 * @param label placeholder for its value in the help text, such as {@code TIME}
 * @param defaultValue the value used if the flag is absent
 * @param otherwise for a flag without a default value: what happens if it is absent
 */
public record Flag(
    String name,
    String variable,
    String label,
    Optional<String> defaultValue,
    String otherwise,
    String description) {

  /** A flag with a default value. */
  public static Flag of(
      String name, String variable, String label, String defaultValue, String description) {
    return new Flag(name, variable, label, Optional.of(defaultValue), "", description);
  }

  /** A flag without a default value; {@code otherwise} describes what happens if it is absent. */
  public static Flag optional(
      String name, String variable, String label, String otherwise, String description) {
    return new Flag(name, variable, label, Optional.empty(), otherwise, description);
  }

  /** Whether the flag is boolean: given without a value, it means true. */
  public boolean isSwitch() {
    return label.equals("BOOL");
  }

  /** The default as the help text shows it. */
  public String shownDefault() {
    return defaultValue.orElse(otherwise);
  }
}
