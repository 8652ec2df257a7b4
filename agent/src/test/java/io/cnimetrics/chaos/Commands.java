package io.cnimetrics.chaos;

import java.io.IOException;

/** Programs of the system. */
final class Commands {
  private Commands() {}

  /** Runs one to its end; false also if there is no such program. */
  static boolean succeed(String... command) {
    try {
      return new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .onExit()
              .join()
              .exitValue()
          == 0;
    } catch (IOException e) {
      return false;
    }
  }
}
