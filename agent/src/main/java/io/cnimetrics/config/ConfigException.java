package io.cnimetrics.config;

import java.util.List;

/** Thrown if settings are invalid. The exception lists all problems, not only the first. */
public final class ConfigException extends RuntimeException {
  private final transient List<String> problems;

  public ConfigException(List<String> problems) {
    super(String.join("\n", problems));
    this.problems = List.copyOf(problems);
  }

  /** One line for each problem, with the flag or variable, the value and the expected values. */
  public List<String> problems() {
    return problems;
  }
}
