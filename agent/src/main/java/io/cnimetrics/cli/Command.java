package io.cnimetrics.cli;

import io.cnimetrics.config.Flag;
import io.cnimetrics.config.FlagType;
import io.cnimetrics.config.Values;
import io.cnimetrics.text.Console;
import java.util.List;

interface Command {
  /** The form in which a command prints its result. */
  enum Output {
    TABLE,
    JSON
  }

  static Flag<Output> output(String variable) {
    return Flag.of("--output", variable, FlagType.oneOf("FORMAT", Output.class))
        .defaultsTo("table", "table or json");
  }

  /** The flags that have an effect, in the order of the help text. */
  List<Flag<?>> flags();

  /**
   * The flags that have no effect. The command accepts and checks them, because all commands that
   * poll accept the same settings.
   */
  default List<Flag<?>> ignoredFlags() {
    return List.of();
  }

  /**
   * Runs the command.
   *
   * @return the exit code
   * @throws io.cnimetrics.config.ConfigException if a value is invalid; the exit code is 2
   */
  int run(Values values, Console console);
}
