package io.cnimetrics.prometheus;

import io.cnimetrics.prometheus.Prometheus.Alert;
import io.cnimetrics.simulator.PodSchedule;
import io.cnimetrics.simulator.Scenario;
import io.cnimetrics.testing.Eventually;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/**
 * {@code PrometheusRun PROMETHEUS DIRECTORY MINUTES}: three agents send to a Prometheus that also
 * scrapes them. On two nodes the receivers become unreachable, answers are lost, and the agent and
 * ipamD restart. On the third node pods get no address. The directory has Prometheus' settings.
 */
public final class PrometheusRun implements AutoCloseable {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  /** The events repeat after this time. */
  private static final int ROUND_SECONDS = 360;

  /** The second of a round at which the last event has ended and all its data has arrived. */
  private static final int CALM_AFTER_SECONDS = 300;

  /**
   * The longest pause between two attempts plus the node's offset. A minute arrives within this
   * time.
   */
  private static final Duration ARRIVAL = Duration.ofSeconds(150);

  /** The agents start this long before the first minute of the comparison. */
  private static final Duration START = Duration.ofSeconds(25);

  /**
   * One file with the rules of {@code --format prometheus}, one with those of {@code --format
   * prometheus-operator}.
   */
  private static final int RULE_FILES = 2;

  private final Duration length;
  private final Prometheus prometheus;
  private final AgentNode url;
  private final AgentNode signed;
  private final AgentNode full;

  private PrometheusRun(Path program, Path directory, Duration length) throws IOException {
    this.length = length;
    this.prometheus = Prometheus.start(program, directory);
    this.url = node("ip-10-0-1-5", "i-05", waves("5:40:0.3,40:5:0.5"), false, directory);
    this.signed = node("ip-10-0-1-6", "i-06", waves("5:50:0.15,50:5:0.15"), true, directory);
    this.full = node("ip-10-0-1-7", "i-07", full(), false, directory);
    String pages =
        nodes().stream()
            .map(node -> "\"" + node.page() + "\"")
            .collect(Collectors.joining(", ", "[{\"targets\": [", "]}]"));
    Path complete = Files.writeString(directory.resolve("targets.new"), pages);
    Files.move(complete, directory.resolve("targets.json"), StandardCopyOption.REPLACE_EXISTING);
  }

  private AgentNode node(
      String name, String instance, Scenario scenario, boolean signed, Path directory)
      throws IOException {
    return new AgentNode(
        name, instance + "23456789abcdef0", scenario, signed, prometheus.otlp(), directory);
  }

  private List<AgentNode> nodes() {
    return List.of(url, signed, full);
  }

  /** A node whose number of pods rises and falls for more than an hour. */
  private static Scenario waves(String pods) {
    return Scenario.of("m5.xlarge").pods(PodSchedule.parse((pods + ",").repeat(40) + "5"));
  }

  /** A node that, after the agent starts, gets more pods than its subnet has addresses. */
  private static Scenario full() {
    return Scenario.of("m5.xlarge").subnetFree(20).pods(PodSchedule.parse("10:400s,10:50:1"));
  }

  /** An event at a fixed second of each round. */
  private record Event(int second, String name, Runnable action) {}

  private static List<Event> events(AgentNode node) {
    return List.of(
        new Event(20, "the receiver is away", () -> node.relay().away(true)),
        new Event(85, "ipamD restarts", node.ipamd()::restart),
        new Event(
            140,
            "the agent is killed",
            () -> {
              node.kill();
              node.start();
            }),
        new Event(190, "the receiver is back", () -> node.relay().away(false)),
        new Event(225, "two answers are lost", () -> node.relay().loseAnswers(2)),
        new Event(
            260,
            "the agent is stopped",
            () -> {
              node.stop();
              node.start();
            }));
  }

  public static void main(String[] args) throws IOException {
    Path directory = Path.of(args[1]);
    Duration length = MINUTE.multipliedBy(Integer.parseInt(args[2]));
    boolean good;
    try (PrometheusRun run = new PrometheusRun(Path.of(args[0]), directory, length)) {
      good = run.run();
    }
    System.exit(good ? 0 : 1);
  }

  private boolean run() {
    Instant first = Instant.now().plus(START).truncatedTo(ChronoUnit.MINUTES).plus(MINUTE);
    Eventually.comes(first.minus(START));
    nodes().forEach(AgentNode::start);
    Eventually.comes(first);
    Instant end = first.plus(length);
    System.out.printf("%s compares the minutes until %s%n", first, end);
    for (Instant round = first;
        round.plusSeconds(CALM_AFTER_SECONDS).isBefore(end);
        round = round.plusSeconds(ROUND_SECONDS)) {
      play(round);
    }
    Eventually.comes(end);
    Eventually.holds(
        "all minutes arrive",
        ARRIVAL,
        () ->
            nodes().stream()
                .allMatch(node -> Comparison.has(node.cloudWatch(), end.minus(MINUTE))));
    return report(first, end);
  }

  private void play(Instant round) {
    record Planned(Instant at, AgentNode node, Event event) {}
    List<Planned> planned = new ArrayList<>();
    events(url).forEach(event -> planned.add(new Planned(at(round, event, 0), url, event)));
    events(signed).forEach(event -> planned.add(new Planned(at(round, event, 7), signed, event)));
    planned.sort(Comparator.comparing(Planned::at));
    for (Planned next : planned) {
      Eventually.comes(next.at());
      System.out.printf(
          "%s %s: %s%n",
          Instant.now().truncatedTo(ChronoUnit.SECONDS), next.node().name(), next.event().name());
      next.event().action().run();
    }
  }

  private static Instant at(Instant round, Event event, int later) {
    return round.plusSeconds(event.second() + later);
  }

  private boolean report(Instant first, Instant end) {
    List<Alert> alerts =
        prometheus.alerts().stream()
            .filter(alert -> "CniPodsGetNoAddress".equals(alert.labels().get("alertname")))
            .toList();
    List<Comparison> comparisons =
        nodes().stream().map(node -> new Comparison(prometheus, node, first, end)).toList();
    List<String> faults =
        comparisons.stream()
            .flatMap(comparison -> comparison.faults().stream())
            .collect(Collectors.toCollection(ArrayList::new));
    nodes().forEach(node -> faults.addAll(node.errors()));
    if (alerts.size() != RULE_FILES || !alerts.stream().allMatch(this::isOfTheFullNode)) {
      faults.add("the alerts of the full node: " + alerts);
    }
    alerts.stream().limit(1).forEach(PrometheusRun::print);
    System.out.printf("%n%s%n%s%n", full.doctor(), Comparison.head());
    comparisons.forEach(System.out::println);
    faults.stream().limit(40).forEach(System.out::println);
    System.out.println(faults.isEmpty() ? "GOOD" : "BAD: " + faults.size());
    return faults.isEmpty();
  }

  private boolean isOfTheFullNode(Alert alert) {
    String text = alert.annotations().toString();
    return alert.state().equals("firing")
        && full.name().equals(alert.labels().get("node"))
        && AgentNode.CLUSTER.equals(alert.labels().get("cluster"))
        && text.contains("Probable cause: ec2-no-addresses.")
        && text.contains("spec.nodeName=" + full.name());
  }

  private static void print(Alert alert) {
    System.out.println();
    alert.labels().forEach((name, value) -> System.out.printf("%s=%s ", name, value));
    System.out.println();
    alert.annotations().forEach((name, text) -> System.out.printf("  %s: %s%n", name, text));
  }

  @Override
  public void close() {
    nodes().forEach(AgentNode::close);
    prometheus.close();
  }
}
