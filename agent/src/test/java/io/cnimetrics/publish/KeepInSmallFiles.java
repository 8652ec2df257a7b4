package io.cnimetrics.publish;

import static io.cnimetrics.testing.Snapshots.START;

import java.nio.file.Path;

/** A program that keeps pending minutes in a directory, and ends as if it were killed. */
final class KeepInSmallFiles {
  private static final int MINUTES = 60;

  private KeepInSmallFiles() {}

  /**
   * Keeps an hour of minutes.
   *
   * @param arguments the state directory
   */
  public static void main(String[] arguments) {
    BufferFixture fixture = BufferFixture.in(Path.of(arguments[0]), START);
    for (int minute = 0; minute < MINUTES; minute++) {
      fixture.poll(START.plusSeconds(60L * minute + 10), minute);
    }
    Runtime.getRuntime().halt(9);
  }
}
