package io.cnimetrics.cli;

import io.cnimetrics.render.Palette;
import io.cnimetrics.render.Printable;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Where a command writes to: always in UTF-8, whatever the locale of a container says.
 *
 * @param palette colours if standard output is a terminal and NO_COLOR is not set
 */
record Console(PrintStream out, PrintStream err, Palette palette) {
  private static final Path STANDARD_OUTPUT = Path.of("/proc/self/fd/1");

  static Console ofProcess(Map<String, String> environment) {
    boolean colours =
        environment.getOrDefault("NO_COLOR", "").isEmpty()
            && !environment.getOrDefault("TERM", "dumb").equals("dumb")
            && isTerminal();
    return new Console(
        stream(FileDescriptor.out),
        stream(FileDescriptor.err),
        colours ? Palette.COLOURED : Palette.PLAIN);
  }

  private static PrintStream stream(FileDescriptor descriptor) {
    return new PrintStream(new FileOutputStream(descriptor), false, StandardCharsets.UTF_8);
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

  /** Writes what a command has to say and hands it on at once; false if nobody reads any more. */
  boolean print(String text) {
    out.print(text);
    return !out.checkError();
  }

  /** Writes one line on what is wrong; it may quote what others wrote. */
  void error(String message) {
    err.println("cni-metrics-agent: " + Printable.of(message));
    err.flush();
  }
}
