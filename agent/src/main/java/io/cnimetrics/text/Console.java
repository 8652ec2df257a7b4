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
 * The output of a command. The encoding is always UTF-8, because containers often have no locale.
 *
 * @param palette without colours if standard output is no terminal, TERM is dumb or NO_COLOR is set
 */
public record Console(OutputStream out, PrintStream err, Palette palette) {
  private static final Path STANDARD_OUTPUT = Path.of("/proc/self/fd/1");

  /** Java's message for the error EPIPE. The exception does not contain the error number. */
  private static final String BROKEN_PIPE = "Broken pipe";

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

  /** Reads a link in /proc, because {@code System.console()} is not reliable on every JDK. */
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
   * Writes the text and flushes it.
   *
   * @return false if the reader of the pipe, such as {@code head}, has ended. This is no error
   * @throws UncheckedIOException if the write fails, for example on a full disk
   */
  public boolean print(String text) {
    try {
      out.write(text.getBytes(StandardCharsets.UTF_8));
      out.flush();
      return true;
    } catch (IOException e) {
      if (BROKEN_PIPE.equals(e.getMessage())) {
        return false;
      }
      throw new UncheckedIOException("cannot write to standard output: " + e.getMessage(), e);
    }
  }

  /** Writes one line to standard error. Invisible characters of untrusted input are replaced. */
  public void error(String message) {
    err.println("cni-metrics-agent: " + Printable.of(message));
    err.flush();
  }
}
