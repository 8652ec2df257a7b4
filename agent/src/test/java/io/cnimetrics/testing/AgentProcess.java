package io.cnimetrics.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** The distribution's program, run as a process by the JDK that runs the tests. */
public final class AgentProcess {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private final List<String> command = new ArrayList<>();
  private final Map<String, String> environment = new LinkedHashMap<>();

  private AgentProcess(String... arguments) {
    Path dist = Path.of(Objects.requireNonNull(System.getProperty("dist"), "dist"));
    command.add(dist.resolve("bin/cni-metrics-agent").toString());
    with(arguments);
    in(Map.of("JAVA_HOME", System.getProperty("java.home"), "AWS_EC2_METADATA_DISABLED", "true"));
  }

  /** Begins a command line. No instance metadata is asked unless the test says so. */
  public static AgentProcess of(String... arguments) {
    return new AgentProcess(arguments);
  }

  public AgentProcess with(String... arguments) {
    command.addAll(List.of(arguments));
    return this;
  }

  /** Has another program start it, such as one that takes rights away. */
  public AgentProcess behind(List<String> program) {
    command.addAll(0, program);
    return this;
  }

  /** Sets variables of its environment. */
  public AgentProcess in(Map<String, String> variables) {
    environment.putAll(variables);
    return this;
  }

  /** Runs it to its end. */
  public Result run() {
    try (Running running = start()) {
      return running.awaitEnd();
    }
  }

  /** Starts it. */
  public Running start() {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().keySet().removeIf(AgentProcess::isOfNoTest);
    builder.environment().putAll(environment);
    try {
      return new Running(builder.start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whatever account, proxy or Java agent there is here, no test means it. */
  private static boolean isOfNoTest(String variable) {
    return variable.startsWith("AWS_")
        || variable.toUpperCase(Locale.ROOT).endsWith("_PROXY")
        || variable.equals("JAVA_TOOL_OPTIONS");
  }

  /**
   * What a run came to.
   *
   * @param time since the start or, for one that was stopped, since the signal
   */
  public record Result(int exitCode, String out, String err, Duration time) {}

  /** A process that goes on. */
  public static final class Running implements AutoCloseable {
    private final long began = System.nanoTime();
    private final Process process;
    private final Lines out;
    private final Lines err;

    private Running(Process process) {
      this.process = process;
      this.out = new Lines(process.getInputStream());
      this.err = new Lines(process.getErrorStream());
    }

    /** Waits for the next line of standard output. */
    public String nextLine(Duration limit) {
      return out.next(limit);
    }

    /** Waits for a line on standard error that has this in it; it may have come already. */
    public String awaitLog(String part) {
      return err.containing(part, LIMIT);
    }

    /** The lines on standard error so far. */
    public List<String> log() {
      return err.soFar();
    }

    public long pid() {
      return process.pid();
    }

    /** The program that the process runs. */
    public String command() {
      return process.info().command().orElse("unknown");
    }

    /** Whether it has not ended. */
    public boolean goesOn() {
      return process.isAlive();
    }

    /** Waits until it ends by itself. */
    public Result awaitEnd() {
      return awaitEnd(began);
    }

    /** Ends it by SIGTERM. */
    public Result stop() {
      long signalled = System.nanoTime();
      // Not Process.destroy(): that would also close the streams, and what it says last be lost.
      process.toHandle().destroy();
      return awaitEnd(signalled);
    }

    /** Ends it by SIGKILL. */
    public Result kill() {
      long signalled = System.nanoTime();
      process.toHandle().destroyForcibly();
      return awaitEnd(signalled);
    }

    @Override
    public void close() {
      process.destroyForcibly();
    }

    private Result awaitEnd(long since) {
      try {
        if (!process.waitFor(LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
          throw new AssertionError("not ended within " + LIMIT + ": " + log());
        }
        Duration time = Duration.ofNanos(System.nanoTime() - since);
        return new Result(process.exitValue(), text(out), text(err), time);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }

    private static String text(Lines lines) throws InterruptedException {
      return String.join("", lines.all().stream().map(line -> line + "\n").toList());
    }
  }
}
