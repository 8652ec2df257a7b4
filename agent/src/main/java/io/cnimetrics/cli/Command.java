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

  /** The flags of this command alone, before those that it shares with others. */
  List<Flag> ownFlags();

  /** Those of them that take a list, and may be given several times instead. */
  default Set<Flag> lists() {
    return Set.of();
  }

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
