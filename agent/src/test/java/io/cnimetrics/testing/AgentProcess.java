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

/** Runs the distribution's program as a process, on the JDK of the tests. */
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

  /**
   * A process with this command line. It reads no instance metadata unless the test enables this.
   */
  public static AgentProcess of(String... arguments) {
    return new AgentProcess(arguments);
  }

  public AgentProcess with(String... arguments) {
    command.addAll(List.of(arguments));
    return this;
  }

  /** Sets the addresses of ipamD, each a {@code URI} or its text. */
  public AgentProcess reading(Object introspectionUrl, Object metricsUrl) {
    return with("--introspection-url=" + introspectionUrl, "--metrics-url=" + metricsUrl);
  }

  /** Starts the program through another program, such as one that removes rights. */
  public AgentProcess behind(List<String> program) {
    command.addAll(0, program);
    return this;
  }

  /** Sets environment variables. */
  public AgentProcess in(Map<String, String> variables) {
    environment.putAll(variables);
    return this;
  }

  /** Runs the process until it ends. */
  public Result run() {
    try (Running running = start()) {
      return running.awaitEnd();
    }
  }

  /** Starts the process. */
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

  /**
   * Whether to remove this variable: tests must not use this machine's account, proxy or Java
   * agent.
   */
  private static boolean isOfNoTest(String variable) {
    return variable.startsWith("AWS_")
        || variable.toUpperCase(Locale.ROOT).endsWith("_PROXY")
        || variable.equals("JAVA_TOOL_OPTIONS");
  }

  /**
   * The result of a run.
   *
   * @param time time since the start or, if a signal ended the process, since the signal
   */
  public record Result(int exitCode, String out, String err, Duration time) {}

  /** A running process. */
  public static final class Running implements AutoCloseable {
    private final long start = System.nanoTime();
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

    /** Waits until a line on standard error contains this text, and returns the first such line. */
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

    /** CPU time so far; zero if the system does not report it. */
    public Duration cpuTime() {
      return process.info().totalCpuDuration().orElse(Duration.ZERO);
    }

    /** Time since the start. */
    public Duration age() {
      return Duration.ofNanos(System.nanoTime() - start);
    }

    /** Whether the process is still running. */
    public boolean isRunning() {
      return process.isAlive();
    }

    /** Waits until the process ends without a signal. */
    public Result awaitEnd() {
      return awaitEnd(start);
    }

    /** Ends the process by SIGTERM. */
    public Result stop() {
      long signalled = System.nanoTime();
      // Process.destroy() would also close the streams, and the last lines would be lost.
      process.toHandle().destroy();
      return awaitEnd(signalled);
    }

    /** Ends the process by SIGKILL. */
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
