package io.cnimetrics.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * {@code tools/cloudwatch_emulator.py} as a process. It holds on to its standard input, which ends
 * with this JVM, so it outlives no test run, not even a killed one.
 */
final class EmulatorProcess implements AutoCloseable {
  private static final Duration START_LIMIT = Duration.ofSeconds(60);
  private static final String READY = "emulator: ";

  private final Process process;
  private final URI endpoint;

  private EmulatorProcess(Process process, URI endpoint) {
    this.process = process;
    this.endpoint = endpoint;
  }

  /** Starts one and waits until it serves. */
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

  URI endpoint() {
    return endpoint;
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }

  private static URI endpoint(Process process, Path log) {
    CompletableFuture<String> line = CompletableFuture.supplyAsync(() -> firstLine(process));
    try {
      String ready = line.get(START_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
      if (ready.startsWith(READY)) {
        return URI.create(ready.substring(READY.length()));
      }
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      process.destroyForcibly();
      throw new AssertionError("the emulator did not start within " + START_LIMIT, e);
    }
    process.destroyForcibly();
    throw new AssertionError("the emulator did not start: see " + log);
  }

  private static String firstLine(Process process) {
    try {
      BufferedReader lines = process.inputReader(UTF_8);
      return Objects.requireNonNullElse(lines.readLine(), "");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
