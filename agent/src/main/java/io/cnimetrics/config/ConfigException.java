package io.cnimetrics.config;

import java.util.List;

/** Thrown if settings are invalid. Lists all problems, not only the first problem. */
public final class ConfigException extends RuntimeException {
  private final transient List<String> problems;

  public ConfigException(List<String> problems) {
    super(String.join("\n", problems));
    this.problems = List.copyOf(problems);
  }

  /** One line per problem. The line names the flag or variable, the value and what is expected. */
  public List<String> problems() {
    return problems;
  }
}
