package io.cnimetrics.imagetest;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** A process that runs until it is closed. Its output goes to a file. */
final class Running implements AutoCloseable {
  /** Time between two checks. Start times have this precision. */
  private static final Duration PAUSE = Duration.ofMillis(2);

  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final Process process;
  private final Path log;
  private final long startedNanos;

  private Running(Process process, Path log, long startedNanos) {
    this.process = process;
    this.log = log;
    this.startedNanos = startedNanos;
  }

  static Running start(ProcessBuilder command, Path log) throws IOException {
    command.redirectErrorStream(true).redirectOutput(log.toFile());
    long now = System.nanoTime();
    return new Running(command.start(), log, now);
  }

  /** Runs a command that must succeed, and returns its output. */
  static String toItsEnd(ProcessBuilder command) throws IOException {
    Process process = command.redirectErrorStream(true).start();
    process.getOutputStream().close();
    String written = new String(process.getInputStream().readAllBytes(), UTF_8);
    int exitCode = process.onExit().join().exitValue();
    if (exitCode != 0) {
      throw new IOException(command.command() + " ended with " + exitCode + ": " + written);
    }
    return written;
  }

  long pid() {
    return process.pid();
  }

  /** Returns the output of the process so far. */
  String written() {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      return "";
    }
  }

  /**
   * Waits until a condition is true.
   *
   * @return the time since the start of the process
   */
  Duration await(String what, BooleanSupplier holds) {
    while (!holds.getAsBoolean()) {
      if (!process.isAlive()) {
        throw failure("the process ended with " + process.exitValue() + " before " + what);
      } else if (sinceStart().compareTo(LIMIT) > 0) {
        throw failure("no " + what + " within " + LIMIT.toSeconds() + " s");
      }
      pause(PAUSE);
    }
    return sinceStart();
  }

  Duration sinceStart() {
    return Duration.ofNanos(System.nanoTime() - startedNanos);
  }

  /** Waits for a time, or until the process ends. */
  void pause(Duration time) {
    try {
      process.waitFor(time.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failure("interrupted");
    }
  }

  /** Sends SIGTERM. The exit code must be 0. */
  void stop() {
    process.destroy();
    awaitEnd();
  }

  /** Waits for the end of the process. The exit code must be 0. */
  void awaitEnd() {
    pause(LIMIT);
    if (process.isAlive() || process.exitValue() != 0) {
      throw failure("the process did not exit with 0");
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }

  private IllegalStateException failure(String what) {
    return new IllegalStateException(what + ":\n" + written());
  }
}
