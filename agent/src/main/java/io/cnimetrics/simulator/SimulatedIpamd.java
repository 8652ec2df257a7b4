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
 * Serves a simulated ipamD over HTTP on the loopback address. Each request advances the model time.
 * Model time is the real time since the start, multiplied by the scenario's speed. Thread-safe.
 */
public final class SimulatedIpamd implements AutoCloseable {
  /**
   * The ports to listen on. 0 picks a free port.
   *
   * @param introspection the port of introspection; ipamD's default is 61679
   * @param metrics the port of the metrics text; ipamD's default is 61678
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

  private SimulatedIpamd(Scenario scenario, Ports ports, Duration warmUp, InstantSource clock) {
    this.node = new SimulatedNode(scenario);
    this.clock = clock;
    this.warmUp = warmUp;
    this.servingSince = clock.instant();
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
   * Starts to listen.
   *
   * @param warmUp the model time that passes before the start. The first reader then sees an ipamD
   *     that has run for this time.
   * @param clock the clock of the model. Readers of ipamD must use the same clock
   * @throws UncheckedIOException if a port is in use; the message contains the port
   */
  public static SimulatedIpamd start(
      Scenario scenario, Ports ports, Duration warmUp, InstantSource clock) {
    return new SimulatedIpamd(scenario, ports, warmUp, clock);
  }

  /** URL of introspection, such as {@code http://127.0.0.1:61679}, without a path. */
  public String introspectionUrl() {
    return introspection.url("");
  }

  /** URL of the metrics text, such as {@code http://127.0.0.1:61678/metrics}. */
  public String metricsUrl() {
    return metrics.url("/metrics");
  }

  /** The true state of the node now. */
  public synchronized NodeState state() {
    advance(clock.instant());
    return node.state();
  }

  /** Restarts ipamD now. The counters start from 0. The pods keep running. */
  public synchronized void restart() {
    advance(clock.instant());
    node.ipamd().restart(node.now());
  }

  /** Stops listening and closes all connections, including the connections that hang. */
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
          // ipamD reports the ENIConfig that the node's label names. This ENIConfig need not exist.
          case "/v1/eni-configs" -> Json.compact("us-west-2a");
          default -> availableCommands(node.scenario().cniVersion);
        });
  }

  /** The body of {@code /v1/ipamd-env-settings}. Real ipamD omits prefix delegation there. */
  private static String settings(Scenario scenario) {
    CniVersion version = scenario.cniVersion;
    return Json.compact(
        Json.object(
            "AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG", scenario.customNetworking(),
            "AWS_MANAGE_ENIS_NON_SCHEDULABLE", version.since(12, 6, false),
            "ENABLE_SUBNET_DISCOVERY", version.since(18, 0, true),
            "WARM_ENI_TARGET", scenario.warmTargets.eni(),
            "WARM_IP_TARGET", scenario.warmTargets.ip()));
  }

  /** The body of ipamD's answer to an unknown path. The status of this answer is 200. */
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
    return Endpoint.Reply.metrics(MetricsText.of(node, processStart()), node.scenario().cniVersion);
  }

  /** The wall-clock time at which ipamD's process started. */
  private Instant processStart() {
    Duration sinceServing = node.ipamd().startedAt().minus(warmUp);
    double real = sinceServing.toNanos() / (sinceServing.isNegative() ? 1 : node.scenario().speed);
    return servingSince.plusNanos((long) real);
  }

  private void advance(Instant now) {
    node.advanceTo(warmUp.plus(sinceServing(now)));
  }

  /** The model time since this server started to listen. */
  private Duration sinceServing(Instant now) {
    double real = Duration.between(servingSince, now).toNanos();
    return Duration.ofNanos((long) (real * node.scenario().speed));
  }

  private Endpoint open(Source source, int port, Function<String, Endpoint.Reply> replies) {
    try {
      return new Endpoint(source, port, alwaysRefuses(source), () -> httpFaultOf(source), replies);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot listen on port %d for %s (%s): choose another port, or 0 for any free port"
              .formatted(port, source.label(), e.getMessage()),
          e);
    }
  }

  private synchronized Optional<HttpFault.Kind> httpFaultOf(Source source) {
    Instant now = clock.instant();
    advance(now);
    if (!node.ipamd().running()) {
      return Optional.of(HttpFault.Kind.REFUSE);
    }
    Duration sinceServing = sinceServing(now);
    return node.scenario().httpFaults.stream()
        .filter(fault -> fault.appliesTo(source, sinceServing))
        .map(HttpFault::kind)
        .findFirst();
  }

  private boolean alwaysRefuses(Source source) {
    return !node.ipamd().running()
        || node.scenario().httpFaults.stream()
            .filter(fault -> fault.sources().contains(source))
            .limit(1)
            .anyMatch(fault -> fault.kind() == HttpFault.Kind.REFUSE && fault.lasting());
  }

  /**
   * The true state of a simulated node. Tests compare this state with the values that readers of
   * ipamD get.
   *
   * @param enis the number of interfaces that ipamD uses
   * @param total addresses for pods on these interfaces
   * @param assigned addresses that pods hold
   * @param cooling addresses that pods released less than 30 s ago
   * @param prefixes IPv4 prefixes on these interfaces
   * @param subnetFree free addresses in the subnet
   * @param waitingPods pods without an address
   * @param counters for each counter of ipamD, the sum over all series since ipamD started. A
   *     counter without a series is absent.
   */
  public record NodeState(
      int enis,
      int total,
      int assigned,
      int cooling,
      int prefixes,
      int subnetFree,
      int waitingPods,
      Map<String, Double> counters) {
    public NodeState {
      counters = Map.copyOf(counters);
    }

    /** Addresses that a pod could get now. */
    public int free() {
      return total - assigned - cooling;
    }

    /** The sum over all series of this counter; 0 if the counter has no series. */
    public double counter(String name) {
      return counters.getOrDefault(name, 0.0);
    }
  }
}
