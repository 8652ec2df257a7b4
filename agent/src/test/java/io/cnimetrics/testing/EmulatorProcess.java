package io.cnimetrics.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;

/**
 * {@code tools/cloudwatch_emulator.py} as a process. The process ends when its standard input
 * closes, so it ends with this JVM, even if the JVM is killed.
 */
record EmulatorProcess(Process process, URI endpoint) implements AutoCloseable {
  private static final Duration START_LIMIT = Duration.ofSeconds(60);
  private static final String READY = "emulator: ";

  /** Starts the process, and waits until it accepts requests. */
  static EmulatorProcess start() {
    Path dist = Path.of(Objects.requireNonNull(System.getProperty("dist"), "dist"));
    Path log = dist.resolveSibling("cloudwatch-emulator.log");
    ProcessBuilder builder =
        PythonEnvironment.ofTheProject().command("cloudwatch_emulator.py", "--while-stdin-open");
    builder.redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
    try {
      Process process = builder.start();
      return new EmulatorProcess(process, endpoint(process, log));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }

  private static URI endpoint(Process process, Path log) {
    String line = new Lines(process.getInputStream()).next(START_LIMIT);
    if (!line.startsWith(READY)) {
      process.destroyForcibly();
      throw new AssertionError("the emulator did not start: see " + log);
    }
    return URI.create(line.substring(READY.length()));
  }
}
