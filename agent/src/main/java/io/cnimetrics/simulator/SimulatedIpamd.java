package io.cnimetrics.simulator;

import io.cnimetrics.snapshot.Source;
import io.cnimetrics.text.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * A simulated node's ipamD over HTTP, on the loopback address. Each request moves the model to the
 * time since the start, times the scenario's speed. Safe for use by several threads.
 */
public final class SimulatedIpamd implements AutoCloseable {
  /**
   * Where to listen; 0 picks a free port.
   *
   * @param introspection such as 61679, the default of ipamD
   * @param metrics such as 61678, the default of ipamD
   */
  public record Ports(int introspection, int metrics) {
    /** Any free ports. */
    public static final Ports ANY = new Ports(0, 0);
  }

  private static final String SETTINGS_PATH = "/v1/ipamd-env-settings";

  private final SimulatedNode node;
  private final InstantSource clock;
  private final Instant servingSince;
  private final Duration warmUp;
  private final Endpoint introspection;
  private final Endpoint metrics;
  private Instant processStart;
  private Duration nextRestart = NodeFault.RESTART_INTERVAL;

  private SimulatedIpamd(Scenario scenario, Ports ports, Duration warmUp, InstantSource clock) {
    this.node = new SimulatedNode(scenario);
    this.clock = clock;
    this.warmUp = warmUp;
    this.servingSince = clock.instant();
    this.processStart = servingSince.minus(warmUp);
    node.advanceTo(warmUp);
    this.introspection = open(Source.INTROSPECTION, ports.introspection(), this::introspect);
    try {
      this.metrics = open(Source.METRICS, ports.metrics(), this::measure);
    } catch (UncheckedIOException e) {
      introspection.close();
      throw e;
    }
  }

  /**
   * Starts.
   *
   * @param warmUp model time before the first request, so that a reader sees a warm node; ipamD's
   *     process is that old
   * @param clock the readers' clock
   * @throws UncheckedIOException if a port is in use; the message names it
   */
  public static SimulatedIpamd start(
      Scenario scenario, Ports ports, Duration warmUp, InstantSource clock) {
    return new SimulatedIpamd(scenario, ports, warmUp, clock);
  }

  /** URL of introspection, such as {@code http://127.0.0.1:61679}, without a path. */
  public String introspectionUrl() {
    return introspection.url("");
  }

  /** URL of the Prometheus text, such as {@code http://127.0.0.1:61678/metrics}. */
  public String metricsUrl() {
    return metrics.url("/metrics");
  }

  /** The true state now. */
  public synchronized NodeState state() {
    advance(clock.instant());
    return node.state();
  }

  /** Restarts ipamD now: a new process whose counters start from 0. The pods keep running. */
  public synchronized void restart() {
    Instant now = clock.instant();
    advance(now);
    node.restart();
    processStart = now;
  }

  /** Stops listening and drops all connections, hung ones too. */
  @Override
  public void close() {
    introspection.close();
    metrics.close();
  }

  private synchronized Endpoint.Reply introspect(String path) {
    Instant now = clock.instant();
    advance(now);
    return Endpoint.Reply.json(
        switch (path) {
          case "/v1/enis" -> EnisJson.of(node, now);
          case SETTINGS_PATH -> settings(node.scenario());
          default -> availableCommands(node.scenario().cniVersion());
        });
  }

  /** {@code /v1/ipamd-env-settings}: ipamD reports only these settings, not prefix delegation. */
  private static String settings(Scenario scenario) {
    CniVersion version = scenario.cniVersion();
    return Json.compact(
        Json.object(
            "AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG", scenario.has(NodeFault.LATE_CUSTOM_NETWORKING),
            "AWS_MANAGE_ENIS_NON_SCHEDULABLE", version.since(12, 6, false),
            "ENABLE_SUBNET_DISCOVERY", version.since(18, 0, true),
            "WARM_ENI_TARGET", scenario.warmTargets().eni(),
            "WARM_IP_TARGET", scenario.warmTargets().ip()));
  }

  /** The body for any unknown path, with status 200. */
  private static String availableCommands(CniVersion version) {
    String networkSettings = "/v1/networkutils-env-settings";
    List<String> commands =
        version.atLeast(7, 0)
            ? List.of("/v1/enis", "/v1/eni-configs", networkSettings, SETTINGS_PATH)
            : List.of("/v1/enis", "/v1/eni-configs", "/v1/pods", networkSettings, SETTINGS_PATH);
    return Json.compact(Map.of("AvailableCommands", commands));
  }

  private synchronized Endpoint.Reply measure(String path) {
    if (node.scenario().has(NodeFault.ONE_PORT) && path.startsWith("/v1/")) {
      return introspect(path);
    }
    advance(clock.instant());
    return Endpoint.Reply.metrics(MetricsText.of(node, processStart), node.scenario().cniVersion());
  }

  private void advance(Instant now) {
    Duration sinceServing = sinceServing(now);
    while (node.scenario().has(NodeFault.FLAPPING) && nextRestart.compareTo(sinceServing) <= 0) {
      node.advanceTo(warmUp.plus(nextRestart));
      node.restart();
      processStart = now;
      nextRestart = nextRestart.plus(NodeFault.RESTART_INTERVAL);
    }
    node.advanceTo(warmUp.plus(sinceServing));
  }

  /** In model time. */
  private Duration sinceServing(Instant now) {
    double real = Duration.between(servingSince, now).toNanos();
    return Duration.ofNanos((long) (real * node.scenario().speed()));
  }

  private Endpoint open(Source source, int port, Function<String, Endpoint.Reply> replies) {
    try {
      return new Endpoint(source, port, alwaysRefuses(source), () -> httpFaultOf(source), replies);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot listen on port %d for %s: choose another, or 0 for any"
              .formatted(port, source.label()),
          e);
    }
  }

  private Optional<HttpFault.Kind> httpFaultOf(Source source) {
    Duration sinceServing = sinceServing(clock.instant());
    return node.scenario().httpFaults().stream()
        .filter(fault -> fault.appliesTo(source, sinceServing))
        .map(HttpFault::kind)
        .findFirst();
  }

  private boolean alwaysRefuses(Source source) {
    return node.scenario().httpFaults().stream()
        .filter(fault -> fault.sources().contains(source))
        .findFirst()
        .filter(fault -> fault.kind() == HttpFault.Kind.REFUSE && fault.lasting())
        .isPresent();
  }
}
