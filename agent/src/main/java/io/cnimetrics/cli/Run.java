package io.cnimetrics.cli;

import io.cnimetrics.agent.Agent;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.config.AgentConfig;
import io.cnimetrics.config.ConfigException;
import io.cnimetrics.config.Flag;
import io.cnimetrics.config.Values;
import io.cnimetrics.health.Build;
import io.cnimetrics.health.HealthServer;
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
  private static final Logger log = LoggerFactory.getLogger(Run.class);

  /** Variables by which operators have a Java agent loaded into every JVM. */
  static final List<String> INJECTED = List.of("JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS");

  private final Map<String, String> environment;
  private final InstantSource clock;
  private volatile Optional<Agent> atWork = Optional.empty();

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
    AgentConfig config = AgentConfig.of(values, HostName.get(), MetricCatalog.names());
    if (!config.cloudwatch() && !config.prometheus()) {
      throw new ConfigException(
          List.of("--cloudwatch false and --prometheus false: nobody would see the metrics"));
    }
    Logging.configure(config.logLevel(), config.logFormat());
    NamespaceWarning.tell(config.namespace());
    warnOfInjectedAgents();
    Runtime runtime = Runtime.getRuntime();
    Thread main = Thread.currentThread();
    // If it has ended, by an error, the exit code is that of the error.
    StopHook hook = new StopHook(() -> stop() && main.isAlive(), StopHook.LIMIT, runtime::halt);
    runtime.addShutdownHook(new Thread(hook, "stop"));
    AgentComponent built =
        DaggerAgentComponent.factory().create(config, Build.of(Cli.version()), clock);
    Agent agent = built.agent();
    atWork = Optional.of(agent);
    HealthServer health = built.healthServer();
    log.info(
        "starting: version={} node={} poll_interval={} publish_interval={} namespace={}"
            + " state_dir={}",
        Cli.version(),
        config.nodeName(),
        config.pollInterval().toSeconds() + "s",
        config.publishInterval().toSeconds() + "s",
        config.namespace(),
        config.stateDir().map(Object::toString).orElse("none"));
    health.start();
    Optional<String> hopeless = agent.run();
    hopeless.ifPresent(console::error);
    return hopeless.isPresent() ? Cli.USAGE : awaitSignal();
  }

  /** An agent that still waits for the end of another has nothing to do before it stops. */
  private boolean stop() {
    return atWork.isEmpty() || atWork.get().stop();
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
        log.warn(
            "{} loads an agent into this JVM, which its small heap is not made for: opt this pod"
                + " out of the injection",
            variable);
      }
    }
  }

  static boolean loadsAgent(String variable, Map<String, String> environment) {
    return environment.getOrDefault(variable, "").contains("agent");
  }
}
