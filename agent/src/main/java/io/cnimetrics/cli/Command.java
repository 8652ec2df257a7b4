package io.cnimetrics.cli;

import io.cnimetrics.config.Flag;
import io.cnimetrics.config.Values;
import io.cnimetrics.text.Console;
import java.util.List;
import java.util.Set;

/** One command of the program. */
interface Command {
  String name();

  /** One line for the list of commands. */
  String summary();

  /** The flags of this command only; help shows them before the shared settings. */
  List<Flag> ownFlags();

  /** The own flags that take a list; they may be repeated instead. */
  default Set<Flag> lists() {
    return Set.of();
  }

  /** Whether the command also takes the agent's settings. */
  boolean takesSettings();

  /**
   * Runs the command.
   *
   * @return the exit code
   * @throws io.cnimetrics.config.ConfigException if the values are bad: exit code 2
   */
  int run(Values values, Console console);
}
