package io.cnimetrics.config;

import java.util.List;

/** The settings cannot be used; names everything that is wrong with them, not just the first. */
public final class ConfigException extends RuntimeException {
  private final transient List<String> problems;

  public ConfigException(List<String> problems) {
    super(String.join("\n", problems));
    this.problems = List.copyOf(problems);
  }

  /** One line for each bad value: its origin, the value, what was expected. */
  public List<String> problems() {
    return problems;
  }
}
