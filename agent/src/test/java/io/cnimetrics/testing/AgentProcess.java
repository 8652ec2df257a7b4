package io.cnimetrics.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The distribution's program, run as a process by the JDK that runs the tests. */
public final class AgentProcess {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private final List<String> command = new ArrayList<>();

  private AgentProcess(String... arguments) {
    Path dist = Path.of(Objects.requireNonNull(System.getProperty("dist"), "dist"));
    command.add(dist.resolve("bin/cni-metrics-agent").toString());
    with(arguments);
  }

  /** Begins a command line. No instance metadata is asked unless the test says so. */
  public static AgentProcess of(String... arguments) {
    return new AgentProcess(arguments);
  }

  public AgentProcess with(String... arguments) {
    command.addAll(List.of(arguments));
    return this;
  }

  /** Runs it to its end. */
  public Result run() {
    long began = System.nanoTime();
    try (Running running = start()) {
      CompletableFuture<String> err =
          CompletableFuture.supplyAsync(() -> text(running.process.getErrorStream()));
      String out = text(running.process.getInputStream());
      if (!running.process.waitFor(LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new AssertionError(command + " did not end within " + LIMIT);
      }
      Duration time = Duration.ofNanos(System.nanoTime() - began);
      return new Result(running.process.exitValue(), out, err.join(), time);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Starts it. */
  public Running start() {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().put("AWS_EC2_METADATA_DISABLED", "true");
    builder.environment().remove("JAVA_TOOL_OPTIONS");
    try {
      return new Running(builder.start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String text(InputStream stream) {
    try {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What a run came to. */
  public record Result(int exitCode, String out, String err, Duration time) {}

  /** A process that goes on. */
  public static final class Running implements AutoCloseable {
    private final Process process;
    private final BufferedReader lines;

    private Running(Process process) {
      this.process = process;
      this.lines = process.inputReader(StandardCharsets.UTF_8);
    }

    /** Waits for the next line of standard output. */
    public String nextLine(Duration limit) {
      try {
        return CompletableFuture.supplyAsync(this::readLine)
            .get(limit.toMillis(), TimeUnit.MILLISECONDS);
      } catch (InterruptedException | ExecutionException | TimeoutException e) {
        throw new AssertionError("no line within " + limit, e);
      }
    }

    /** The program that the process runs. */
    public String command() {
      return process.info().command().orElse("unknown");
    }

    /** Ends it by SIGTERM and returns its exit code. */
    public int stop() {
      process.destroy();
      try {
        if (!process.waitFor(LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
          throw new AssertionError("not stopped within " + LIMIT);
        }
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      return process.exitValue();
    }

    @Override
    public void close() {
      process.destroyForcibly();
    }

    private String readLine() {
      try {
        return Objects.requireNonNull(lines.readLine(), "standard output ended");
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
