package io.cnimetrics.cli;

import io.cnimetrics.config.Flag;
import io.cnimetrics.config.Values;
import java.util.List;

/** One command of the program. */
interface Command {
  String name();

  /** One line for the list of commands. */
  String summary();

  /** The flags of this command alone, before those that it shares with others. */
  List<Flag> ownFlags();

  /** Whether the agent's settings hold for it too. */
  boolean takesSettings();

  /**
   * Does it.
   *
   * @return the exit code
   * @throws io.cnimetrics.config.ConfigException if the values are bad: exit code 2
   */
  int run(Values values, Console console);
}
