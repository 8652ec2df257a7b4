package io.cnimetrics.config;

import java.util.Optional;

/**
 * One flag of the command line: everything that {@code --help} says of it.
 *
 * @param name such as {@code --poll-interval}
 * @param variable the environment variable that sets it too
 * @param label what stands for its value in a usage line, such as {@code TIME}
 * @param defaultValue the value it has if it is not given
 * @param otherwise for a flag without a default value, what then happens
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

  /** A flag without a default value; {@code otherwise} tells what happens then. */
  public static Flag optional(
      String name, String variable, String label, String otherwise, String description) {
    return new Flag(name, variable, label, Optional.empty(), otherwise, description);
  }

  /** Whether it is true or false, so that the flag by itself means true. */
  public boolean isSwitch() {
    return label.equals("BOOL");
  }

  /** The default as people read it. */
  public String shownDefault() {
    return defaultValue.orElse(otherwise);
  }
}
