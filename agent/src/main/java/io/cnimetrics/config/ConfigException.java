package io.cnimetrics.config;

import java.util.List;

/** The settings are invalid. Lists every problem, not only the first. */
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
