package io.cnimetrics.cli;

import io.cnimetrics.agent.Agent;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.config.AgentConfig;
import io.cnimetrics.config.ConfigException;
import io.cnimetrics.config.Flag;
import io.cnimetrics.config.Values;
import io.cnimetrics.health.BuildInfo;
import io.cnimetrics.text.Console;
import io.cnimetrics.wiring.AgentComponent;
import io.cnimetrics.wiring.DaggerAgentComponent;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code run}: polls and publishes until SIGTERM. */
final class Run implements Command {
  /** Variables by which operators have a Java agent loaded into every JVM. */
  static final List<String> INJECTED = List.of("JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS");

  private final Map<String, String> environment;
  private final InstantSource clock;
  private volatile Optional<Agent> agent = Optional.empty();
  private volatile boolean starting = true;

  Run(Map<String, String> environment, InstantSource clock) {
    this.environment = environment;
    this.clock = clock;
  }

  @Override
  public String name() {
    return "run";
  }

  @Override
  public String summary() {
    return "Polls this node's ipamD and publishes its metrics until SIGTERM.";
  }

  @Override
  public List<Flag> ownFlags() {
    return List.of();
  }

  @Override
  public boolean takesSettings() {
    return true;
  }

  @Override
  public int run(Values values, Console console) {
    Runtime runtime = Runtime.getRuntime();
    Thread main = Thread.currentThread();
    // First of all: a signal that comes before is answered by the JVM, with 143. An error that
    // ends this thread has an exit code of its own.
    StopHook hook = new StopHook(() -> stop() && main.isAlive(), StopHook.LIMIT, runtime::halt);
    runtime.addShutdownHook(new Thread(hook, "stop"));
    AgentComponent built = build(values);
    built.healthServer().start();
    Optional<String> fatal = built.agent().run();
    fatal.ifPresent(console::error);
    return fatal.isPresent() ? Cli.USAGE : awaitSignal();
  }

  /**
   * Stops the agent; one that is being built, or waits for the end of another, has nothing to do.
   *
   * @return false if the process ends by itself, because of its settings, say
   */
  private boolean stop() {
    // Read first: it is false from when there is an agent on.
    boolean hasNone = starting;
    return agent.isPresent() ? agent.get().stop() : hasNone;
  }

  private AgentComponent build(Values values) {
    try {
      AgentConfig config = AgentConfig.of(values, HostName.get(), MetricCatalog.names());
      if (!config.cloudwatch() && !config.prometheus()) {
        throw new ConfigException(
            List.of("--cloudwatch false and --prometheus false: nobody would see the metrics"));
      }
      Logging.configure(config.logLevel(), config.logFormat());
      DestinationWarning.tell(config);
      warnOfInjectedAgents();
      AgentComponent built =
          DaggerAgentComponent.factory().create(config, BuildInfo.of(Cli.version()), clock);
      agent = Optional.of(built.agent());
      logStart(config);
      return built;
    } finally {
      starting = false;
    }
  }

  private static void logStart(AgentConfig config) {
    log()
        .info(
            "starting: version={} node={} poll_interval={} publish_interval={} namespace={}"
                + " state_dir={}",
            Cli.version(),
            config.nodeName(),
            config.pollInterval().toSeconds() + "s",
            config.publishInterval().toSeconds() + "s",
            config.namespace(),
            config.stateDir().map(Object::toString).orElse("none"));
  }

  /** The loop has ended because of a signal, and its hook ends the process. */
  private static int awaitSignal() {
    try {
      Thread.currentThread().join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return Cli.OK;
  }

  private void warnOfInjectedAgents() {
    for (String variable : INJECTED) {
      if (loadsAgent(variable, environment)) {
        log()
            .warn(
                "{} loads an agent into this JVM, which its small heap is not made for: opt this pod"
                    + " out of the injection",
                variable);
      }
    }
  }

  static boolean loadsAgent(String variable, Map<String, String> environment) {
    return environment.getOrDefault(variable, "").contains("agent");
  }

  /** Not a constant, which would have logging set up before a signal is waited for. */
  private static Logger log() {
    return LoggerFactory.getLogger(Run.class);
  }
}
