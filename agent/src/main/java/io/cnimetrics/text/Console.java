package io.cnimetrics.text;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Where a command writes to: always in UTF-8, whatever the locale of a container says.
 *
 * @param palette colours if standard output is a terminal and NO_COLOR is not set
 */
public record Console(OutputStream out, PrintStream err, Palette palette) {
  private static final Path STANDARD_OUTPUT = Path.of("/proc/self/fd/1");

  /** By this word of the system's alone a closed pipe is told from a full disk. */
  private static final String NOBODY_READS = "Broken pipe";

  public static Console ofProcess(Map<String, String> environment) {
    boolean colours =
        environment.getOrDefault("NO_COLOR", "").isEmpty()
            && !environment.getOrDefault("TERM", "dumb").equals("dumb")
            && isTerminal();
    return new Console(
        new FileOutputStream(FileDescriptor.out),
        new PrintStream(new FileOutputStream(FileDescriptor.err), false, StandardCharsets.UTF_8),
        colours ? Palette.COLOURED : Palette.PLAIN);
  }

  /** {@code System.console()} tells this on some JDKs only. */
  private static boolean isTerminal() {
    try {
      String target = Files.readSymbolicLink(STANDARD_OUTPUT).toString();
      return target.startsWith("/dev/pts/")
          || target.startsWith("/dev/tty")
          || target.equals("/dev/console");
    } catch (IOException | UnsupportedOperationException e) {
      return false;
    }
  }

  /**
   * Writes what a command has to say and hands it on at once.
   *
   * @return false if nobody reads any more, as after {@code head}, which is no failure
   * @throws UncheckedIOException if it cannot be written, because the disk is full say
   */
  public boolean print(String text) {
    try {
      out.write(text.getBytes(StandardCharsets.UTF_8));
      out.flush();
      return true;
    } catch (IOException e) {
      if (NOBODY_READS.equals(e.getMessage())) {
        return false;
      }
      throw new UncheckedIOException("standard output cannot be written to: " + e.getMessage(), e);
    }
  }

  /** Writes one line on what is wrong; it may quote what others wrote. */
  public void error(String message) {
    err.println("cni-metrics-agent: " + Printable.of(message));
    err.flush();
  }
}
