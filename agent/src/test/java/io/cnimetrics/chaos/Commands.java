package io.cnimetrics.chaos;

import java.io.IOException;

/** Runs programs of the system. */
final class Commands {
  private Commands() {}

  /** Runs a program to its end. Returns false if the program fails or does not exist. */
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
