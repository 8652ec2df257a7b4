package io.cnimetrics.imagetest;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** A process that goes on until it is closed; what it writes goes to a file. */
final class Running implements AutoCloseable {
  /** Between two looks; startup is measured no finer than this. */
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

  /** Runs a command that must succeed, and returns what it wrote. */
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

  /** What it has written so far. */
  String written() {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      return "";
    }
  }

  /**
   * Waits until something holds.
   *
   * @return how long after its start that was
   */
  Duration await(String what, BooleanSupplier holds) {
    while (!holds.getAsBoolean()) {
      if (!process.isAlive()) {
        throw failure("it ended with " + process.exitValue() + " before " + what);
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

  /** Lets it be for a while; ends early if the process does. */
  void pause(Duration time) {
    try {
      process.waitFor(time.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failure("interrupted");
    }
  }

  /** Sends SIGTERM; the process must end with 0. */
  void stop() {
    process.destroy();
    awaitEnd();
  }

  /** Waits for its end, which must be with 0. */
  void awaitEnd() {
    pause(LIMIT);
    if (process.isAlive() || process.exitValue() != 0) {
      throw failure("it did not stop in order");
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
