package io.cnimetrics.cli;

import io.cnimetrics.agent.Agent;
import io.cnimetrics.config.AgentConfig;
import io.cnimetrics.config.ConfigException;
import io.cnimetrics.config.Flag;
import io.cnimetrics.config.Settings;
import io.cnimetrics.config.Values;
import io.cnimetrics.deadline.BoundedCall;
import io.cnimetrics.health.AgentHealth;
import io.cnimetrics.health.HealthServer;
import io.cnimetrics.publish.MetricBuffer;
import io.cnimetrics.text.Console;
import io.cnimetrics.wiring.AgentComponent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code run} polls and publishes until SIGTERM. */
final class Run implements Command {
  private static final Duration LOG_LIMIT = Duration.ofSeconds(1);

  private static final Duration LOCK_INTERVAL = Duration.ofMillis(500);

  /** An agent stops within this time. {@code minReadySeconds} in the manifests is longer. */
  private static final Duration WAIT_FOR_OTHER_AGENT = Duration.ofSeconds(15);

  /** The system property that only a native executable has. */
  private static final String NATIVE = "org.graalvm.nativeimage.imagecode";

  private static final Pattern LOADS_AGENT = Pattern.compile("-(javaagent|agentlib|agentpath):");

  private final Map<String, String> environment;
  private final InstantSource clock;
  private volatile Optional<Agent> agent = Optional.empty();

  /** This field keeps the lock, because the JVM closes sockets that are not reachable any more. */
  private Optional<NodeLock> lock = Optional.empty();

  private volatile boolean starting = true;

  Run(Map<String, String> environment, InstantSource clock) {
    this.environment = environment;
    this.clock = clock;
  }

  @Override
  public List<Flag<?>> flags() {
    return Settings.all();
  }

  @Override
  public int run(Values values, Console console) {
    Runtime runtime = Runtime.getRuntime();
    Thread main = Thread.currentThread();
    // The hook is added first, because an earlier signal would end the JVM with exit code 143. If
    // an error has ended the main thread, the hook keeps the exit code of the error.
    StopHook hook = new StopHook(() -> stop() && main.isAlive(), StopHook.LIMIT, runtime::halt);
    try {
      runtime.addShutdownHook(new Thread(hook, "stop"));
    } catch (IllegalStateException e) {
      // The signal arrived before the hook was added. The agent has not started, so nothing must be
      // saved.
      runtime.halt(Cli.OK);
    }
    Thread.setDefaultUncaughtExceptionHandler(
        (thread, failure) -> uncaught(thread, failure, runtime::halt));
    AgentComponent built = build(values);
    built.healthServer().start();
    Optional<String> fatal = built.agent().run();
    fatal.ifPresent(console::error);
    return fatal.isPresent() ? Cli.USAGE : awaitSignal();
  }

  /**
   * Stops the agent if it exists. During the start there is no agent, and the start can wait for
   * another agent.
   *
   * @return false if the process already ends for another reason, such as invalid settings
   */
  private boolean stop() {
    // Read 'starting' before 'agent', because 'agent' is set before 'starting' becomes false.
    boolean hasNone = starting;
    return agent.isPresent() ? agent.get().stop() : hasNone;
  }

  /**
   * Logs what ended a thread. An {@link Error} ends the process at once, because the process may be
   * damaged. Kubernetes then restarts the agent, which continues with the stored state.
   */
  static void uncaught(Thread thread, Throwable failure, IntConsumer halt) {
    try {
      // A log that hangs must not keep the process alive.
      BoundedCall.start(
              "failing",
              LOG_LIMIT,
              () -> {
                log()
                    .error("the thread '{}' failed; please report this", thread.getName(), failure);
                return "";
              })
          .result();
    } catch (TimeoutException | RuntimeException | Error e) {
      // The log can fail, for example if no memory is left.
    } finally {
      if (failure instanceof Error) {
        halt.accept(Cli.FAILED);
      }
    }
  }

  private AgentComponent build(Values values) {
    try {
      AgentConfig config = ThisNode.config(values);
      if (!config.sends() && !config.prometheus()) {
        throw new ConfigException(
            List.of(
                "the agent would publish no metrics, because --cloudwatch and --prometheus are"
                    + " false and there is no --otlp-endpoint: set one of these flags"));
      }
      Logging.configure(config.logLevel(), config.logFormat());
      DestinationWarning.log(config);
      for (String variable : injecting(environment)) {
        log()
            .warn(
                "{} loads a Java agent into this JVM, but the small heap has no room for a Java"
                    + " agent: exclude this pod from the injection",
                variable);
      }
      if (config.cloudwatch()) {
        lock = Optional.of(NodeLock.of(config));
        awaitOtherAgent(config, lock.get());
      }
      AgentComponent built = ThisNode.component(config, clock);
      agent = Optional.of(built.agent());
      logStart(config);
      return built;
    } finally {
      starting = false;
    }
  }

  /**
   * Waits, without being ready, while another agent publishes for this node. If both agents have
   * the same health address, the probes of this pod reach the other agent. Then only an exit of
   * this agent can show the error. This agent first waits for {@link #WAIT_FOR_OTHER_AGENT},
   * because the other agent may be stopping. If both agents have the same state directory, this
   * agent waits without a limit.
   *
   * @throws UncheckedIOException if the other agent has the health address and does not end in time
   */
  private void awaitOtherAgent(AgentConfig config, NodeLock lock) {
    if (lock.tryHold()) {
      return;
    }
    InetSocketAddress health = config.healthAddress();
    String why =
        "another agent on this node already publishes to the namespace %s, and a second agent would"
                .formatted(config.namespace())
            + " double every sum: keep one of the two; 'kubectl get pods -A --field-selector"
            + " spec.nodeName=%s | grep cni-metrics-agent' shows both".formatted(config.nodeName());
    AgentHealth waiting = new AgentHealth(List.of(), true, List.of(why));
    Optional<String> pod = Optional.ofNullable(environment.get(HealthServer.POD));
    boolean answersProbes = isFree(health);
    log().warn("waiting until the other agent ends: {}", why);
    try (HealthServer pages = new HealthServer(health, pod, () -> waiting, Map.of())) {
      if (answersProbes) {
        pages.start();
      }
      for (long end = System.nanoTime() + WAIT_FOR_OTHER_AGENT.toNanos(); !lock.tryHold(); ) {
        if (!answersProbes
            && System.nanoTime() > end
            && config.stateDir().filter(MetricBuffer::isInUse).isEmpty()) {
          throw new UncheckedIOException(
              "%s; this agent ends, because its probes would reach the process on %s:%d"
                  .formatted(why, health.getHostString(), health.getPort()),
              new BindException());
        }
        LockSupport.parkNanos(LOCK_INTERVAL.toNanos());
      }
    }
    log().info("the other agent on this node has ended; this agent starts");
  }

  private static boolean isFree(InetSocketAddress address) {
    try (ServerSocket server = new ServerSocket()) {
      server.bind(new InetSocketAddress(address.getHostString(), address.getPort()));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static void logStart(AgentConfig config) {
    log()
        .info(
            "starting: version={} node={} cluster={} sends_to={} poll_interval={}"
                + " publish_interval={} state_dir={}",
            Version.get(),
            config.nodeName(),
            config.clusterId().orElse("detected"),
            destinations(config),
            config.pollInterval().toSeconds() + "s",
            config.publishInterval().toSeconds() + "s",
            config.stateDir().map(Object::toString).orElse("none"));
  }

  private static String destinations(AgentConfig config) {
    List<String> all = new ArrayList<>();
    if (config.cloudwatch()) {
      all.add("cloudwatch");
    }
    config.otlp().ifPresent(any -> all.add("otlp"));
    return all.isEmpty() ? "none" : String.join(",", all);
  }

  /** Waits until the stop hook ends the process. Called after a signal has ended the poll loop. */
  private static int awaitSignal() {
    try {
      Thread.currentThread().join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return Cli.OK;
  }

  /**
   * The variables that load a Java agent into the JVM. Some Kubernetes operators set them. The
   * native executable does not read these variables.
   */
  static List<String> injecting(Map<String, String> environment) {
    return System.getProperty(NATIVE) != null
        ? List.of()
        : Stream.of("JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS", "JDK_JAVA_OPTIONS")
            .filter(name -> LOADS_AGENT.matcher(environment.getOrDefault(name, "")).find())
            .toList();
  }

  /** Not a constant, because a constant would load Logback before the stop hook exists. */
  private static Logger log() {
    return LoggerFactory.getLogger(Run.class);
  }
}
