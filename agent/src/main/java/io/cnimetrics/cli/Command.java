package io.cnimetrics.cli;

import io.cnimetrics.config.Flag;
import io.cnimetrics.config.Values;
import io.cnimetrics.text.Console;
import java.util.List;

/** One command of the program. */
interface Command {
  /** The flags that have an effect, in the order of the help text. */
  List<Flag<?>> flags();

  /**
   * Further flags that are accepted and checked but have no effect: all commands that poll accept
   * the same settings.
   */
  default List<Flag<?>> ignoredFlags() {
    return List.of();
  }

  /**
   * Runs the command.
   *
   * @return the exit code
   * @throws io.cnimetrics.config.ConfigException if the values are bad: exit code 2
   */
  int run(Values values, Console console);
}
