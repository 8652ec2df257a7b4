package io.cnimetrics.prometheus;

import static java.util.Objects.requireNonNull;

import io.cnimetrics.catalog.Metric;
import io.cnimetrics.catalog.Metric.MinuteAggregation;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.otlp.OtlpReceiver;
import io.cnimetrics.prometheus.Prometheus.Series;
import io.cnimetrics.testing.ServedIpamd;
import io.cnimetrics.testing.ServedIpamd.Answer;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Compares two copies of a node's series: one was sent by OTLP, and one was scraped from the
 * agent's page. They must match each other and the answers of the node's ipamD.
 */
final class Comparison {
  /** The longest time from the start of a poll to the end of its last answer. */
  private static final Duration POLL = Duration.ofSeconds(3);

  /** This long after the start of a poll, the page shows it, and the next poll has not started. */
  private static final Duration SHOWN = Duration.ofSeconds(8);

  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final AgentNode node;
  private final List<Answer> answers;
  private final Prometheus prometheus;
  private final Instant first;
  private final Instant end;
  private final List<Series> sent;
  private final List<Series> scraped;
  private final List<String> faults = new ArrayList<>();
  private int minutes;
  private int points;
  private int samples;
  private int increases;

  /**
   * @param first the first minute of the comparison
   * @param end the end of its last minute
   */
  Comparison(Prometheus prometheus, AgentNode node, Instant first, Instant end) {
    this.prometheus = prometheus;
    this.node = node;
    this.answers = node.ipamd().answers();
    this.first = first;
    this.end = end;
    this.sent = prometheus.series(node.name(), false, first, end);
    this.scraped = prometheus.series(node.name(), true, first, end);
  }

  /** Compares everything, and returns what is wrong. */
  List<String> faults() {
    checkLabels();
    for (Series series : sent) {
      metric(series).ifPresent(metric -> check(series, metric));
    }
    for (Series series : scraped) {
      metric(series).flatMap(this::truth).ifPresent(truth -> checkScraped(series, truth));
    }
    checkCloudWatch();
    node.relay().refusals().forEach(refusal -> fault("refused: " + refusal));
    return faults;
  }

  static String head() {
    return "%-10s %7s %7s %8s %9s %6s"
        .formatted("node", "minutes", "points", "scraped", "increases", "wrong");
  }

  @Override
  public String toString() {
    return "%-10s %7d %7d %8d %9d %6d"
        .formatted(node.name(), minutes, points, samples, increases, faults.size());
  }

  private void fault(String fault) {
    faults.add(node.name() + ": " + fault);
  }

  /**
   * OTLP and the page have the same names and labels, except for the agent's metrics about itself.
   */
  private void checkLabels() {
    Set<String> byOtlp = names(sent);
    Set<String> byPage = names(scraped);
    if (byOtlp.isEmpty() || !byOtlp.equals(byPage)) {
      Set<String> onlyOtlp = new TreeSet<>(byOtlp);
      onlyOtlp.removeAll(byPage);
      Set<String> onlyPage = new TreeSet<>(byPage);
      onlyPage.removeAll(byOtlp);
      fault("only by OTLP: %s; only on the page: %s".formatted(onlyOtlp, onlyPage));
    }
  }

  private static Set<String> names(List<Series> series) {
    return series.stream()
        .map(Series::toString)
        .filter(name -> !name.startsWith("cni_agent_"))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Optional<Metric> metric(Series series) {
    return MetricCatalog.all().stream()
        .filter(metric -> metric.prometheus().family().equals(series.name()))
        .filter(
            metric ->
                series.labels().entrySet().containsAll(metric.prometheus().labels().entrySet()))
        .findFirst();
  }

  /** The true value of a metric in an answer of ipamD. */
  private record Truth(boolean counter, ToDoubleFunction<Answer> value) {}

  private Optional<Truth> truth(Metric metric) {
    String name = metric.name();
    if (ServedIpamd.COUNTERS.containsKey(name)) {
      String counter = requireNonNull(ServedIpamd.COUNTERS.get(name));
      return Optional.of(new Truth(true, answer -> answer.truth().counter(counter)));
    }
    return Optional.ofNullable(ServedIpamd.GAUGES.get(name))
        .map(value -> new Truth(false, answer -> value.applyAsDouble(answer.truth())));
  }

  private void check(Series series, Metric metric) {
    // OTLP sends the mean over a minute, but the page shows the mean since the previous poll.
    if (metric.within() != MinuteAggregation.WEIGHTED_MEAN) {
      checkBothWays(series);
    }
    Optional<Truth> truth = truth(metric);
    if (truth.isEmpty()) {
      return;
    }
    points += series.points().size();
    List<Answer> reads = reads(truth.get());
    series
        .points()
        .forEach(
            (at, value) -> {
              Optional<Answer> read = reads.stream().filter(a -> !a.at().isBefore(at)).findFirst();
              if (read.isEmpty()
                  || Duration.between(at, read.get().at()).compareTo(POLL) > 0
                  || truth.get().value().applyAsDouble(read.get()) != value) {
                fault("%s at %s by OTLP: %s, not %s".formatted(series, at, value, read));
              }
            });
    checkMinutes(series, truth.get(), reads);
    if (truth.get().counter()) {
      List<Answer> counted =
          reads.stream()
              .filter(a -> !a.at().isBefore(series.points().firstKey()))
              .filter(a -> a.at().isBefore(series.points().lastKey().plus(POLL)))
              .toList();
      checkIncrease(series, metric, false, counted);
    }
  }

  /** The answers of the source from which the agent reads a metric. */
  private List<Answer> reads(Truth truth) {
    return answers.stream().filter(answer -> answer.metrics() == truth.counter()).toList();
  }

  /**
   * Each minute has a point with the value of the minute's last poll. A counter can have a second
   * point in a minute in which a process of ipamD ended.
   */
  private void checkMinutes(Series series, Truth truth, List<Answer> reads) {
    minutes = 0;
    for (Instant at = first; at.isBefore(end); at = at.plus(MINUTE)) {
      Instant minute = at;
      minutes++;
      SortedMap<Instant, Double> in = series.points().subMap(minute, minute.plus(MINUTE));
      if (in.isEmpty()) {
        fault("%s has lost %s".formatted(series, minute));
        continue;
      }
      boolean restarted =
          reads.stream().filter(in(minute)).map(Answer::process).distinct().count() > 1;
      if (in.size() > (truth.counter() && restarted ? 2 : 1)) {
        fault("%s has doubled %s: %s".formatted(series, minute, in));
      }
      Instant last = reads.stream().filter(in(minute)).reduce((one, next) -> next).get().at();
      boolean stopped =
          node.stops().stream().anyMatch(s -> s.truncatedTo(ChronoUnit.MINUTES).equals(minute));
      if (!stopped && Duration.between(in.lastKey(), last).compareTo(POLL) > 0) {
        fault("%s is not of the last poll, which was at %s".formatted(series, last));
      }
    }
  }

  private static Predicate<Answer> in(Instant minute) {
    return answer -> answer.at().truncatedTo(ChronoUnit.MINUTES).equals(minute);
  }

  /** While the page shows the poll from which OTLP sent a point, both values are equal. */
  private void checkBothWays(Series series) {
    Optional<Series> other = scraped.stream().filter(same(series)).findFirst();
    if (other.isEmpty()) {
      return;
    }
    series
        .points()
        .forEach(
            (at, value) -> {
              Instant from = at.plus(POLL);
              Instant to = at.plus(SHOWN);
              boolean stopped =
                  node.stops().stream().anyMatch(s -> s.isAfter(at.minus(POLL)) && s.isBefore(to));
              other.get().points().subMap(from, to).values().stream()
                  .filter(shown -> !stopped && !shown.equals(value))
                  .forEach(
                      shown ->
                          fault(
                              "%s at %s: %s by OTLP, %s on the page"
                                  .formatted(series, at, value, shown)));
            });
  }

  private static Predicate<Series> same(Series series) {
    return other -> other.toString().equals(series.toString());
  }

  /**
   * A scraped value is from the last poll, or from the previous poll if the last poll has not
   * ended.
   */
  private void checkScraped(Series series, Truth truth) {
    List<Answer> reads = reads(truth);
    samples += series.points().size();
    series
        .points()
        .forEach(
            (at, value) -> {
              List<Answer> seen =
                  new ArrayList<>(reads.stream().filter(a -> a.at().isBefore(at)).toList());
              List<Answer> possible =
                  Stream.of(1, 2)
                      .filter(back -> back <= seen.size())
                      .map(back -> seen.get(seen.size() - back))
                      .toList();
              boolean settled =
                  Duration.between(possible.get(0).at(), at).compareTo(POLL) > 0
                      || possible.size() < 2;
              boolean right =
                  possible.stream()
                      .limit(settled ? 1 : 2)
                      .anyMatch(a -> truth.value().applyAsDouble(a) == value);
              if (!right) {
                fault("%s at %s on the page: %s, not %s".formatted(series, at, value, possible));
              }
            });
    if (truth.counter()) {
      metric(series)
          .ifPresent(
              metric ->
                  checkIncrease(
                      series,
                      metric,
                      true,
                      between(reads, shownAt(reads, series, true), shownAt(reads, series, false))));
    }
  }

  /**
   * The first or the last sample of a series has its value from an answer of ipamD. Returns the
   * time of this answer.
   */
  private Instant shownAt(List<Answer> reads, Series series, boolean first) {
    Instant at = first ? series.points().firstKey() : series.points().lastKey();
    double value = requireNonNull(series.points().get(at));
    String counter = requireNonNull(ServedIpamd.COUNTERS.get(metric(series).orElseThrow().name()));
    return reads.stream()
        .filter(a -> a.at().isBefore(at) && a.truth().counter(counter) == value)
        .reduce((one, next) -> next)
        .orElseThrow()
        .at();
  }

  private static List<Answer> between(List<Answer> reads, Instant from, Instant to) {
    return reads.stream().filter(a -> !a.at().isBefore(from) && !a.at().isAfter(to)).toList();
  }

  private void checkIncrease(Series series, Metric metric, boolean scraped, List<Answer> counted) {
    String counter = requireNonNull(ServedIpamd.COUNTERS.get(metric.name()));
    double right = Answer.increase(counter, counted);
    double increase = prometheus.increase(series, scraped);
    increases++;
    if (Math.abs(increase - right) > 1e-4 * right) {
      fault(
          "increase of %s %s: %s, not %s"
              .formatted(series, scraped ? "on the page" : "by OTLP", increase, right));
    }
  }

  /** Checks that the stand-in for CloudWatch has the same points as Prometheus. */
  private void checkCloudWatch() {
    Map<String, SortedMap<Instant, Double>> there = new TreeMap<>();
    node.cloudWatch()
        .series()
        .forEach(
            (name, stored) -> {
              SortedMap<Instant, Double> values = new TreeMap<>();
              stored.subMap(first, end).forEach((at, point) -> values.put(at, point.value()));
              if (!values.isEmpty()) {
                there.put(name, values);
              }
            });
    Map<String, SortedMap<Instant, Double>> here = new TreeMap<>();
    sent.forEach(series -> here.put(series.toString().replace(", ", ","), series.points()));
    Set<String> all = new TreeSet<>(here.keySet());
    all.addAll(there.keySet());
    for (String name : all) {
      SortedMap<Instant, Double> one = here.getOrDefault(name, new TreeMap<>());
      SortedMap<Instant, Double> other = there.getOrDefault(name, new TreeMap<>());
      if (!one.equals(other)) {
        fault("%s: Prometheus %s, CloudWatch %s".formatted(name, one, other));
      }
    }
  }

  /** Whether the receiver has a point of this minute or of a later one. */
  static boolean has(OtlpReceiver receiver, Instant lastMinute) {
    return receiver.series().values().stream()
        .anyMatch(points -> !points.tailMap(lastMinute).isEmpty());
  }
}
