package io.cnimetrics.chaos;

import io.cnimetrics.chaos.Verdict.Fault;
import io.cnimetrics.simulator.NodeState;
import io.cnimetrics.testing.ServedIpamd.Answer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.ToDoubleFunction;

/**
 * Compares what CloudWatch took of one node with what its ipamD served. In a minute whose polls
 * nothing touched a value must be the only right one. Otherwise a gauge must be one that ipamD told
 * in that minute, and a counter's sum so far lie between what was surely seen and all that was
 * served. At the end nothing may be missing.
 */
final class Checker {
  /** The longest pause between two tries, the spread of sends, a request, and a slow machine. */
  static final Duration LATE = Duration.ofSeconds(110);

  private static final Duration POLL = Duration.ofSeconds(10);

  private static final Map<String, ToDoubleFunction<NodeState>> GAUGES =
      Map.of(
          "assignIPAddresses", NodeState::assigned,
          "totalIPAddresses", NodeState::total,
          "eniAllocated", NodeState::enis,
          "coolingIPAddresses", NodeState::cooling);

  private static final Map<String, String> COUNTERS =
      Map.of(
          "addReqCount", "awscni_add_ip_req_count",
          "delReqCount", "awscni_del_ip_req_count",
          "noAvailableIPAddrs", "awscni_no_available_ip_addresses",
          "ipamdErr", "awscni_ipamd_error_count",
          "podENIErr", "awscni_pod_eni_error_count",
          "reconcileCount", "awscni_reconcile_count",
          "awsAPIErr", "awscni_aws_api_error_count",
          "ec2ApiReqCount", "awscni_ec2api_req_count");

  /** No datum each minute: the one is an event, the other a mean that needs calls. */
  private static final Set<String> AT_TIMES = Set.of("agentStarts", "awsAPILatency");

  private final NodeRecord node;
  private final Truth truth;
  private final Excuses excuses;
  private final Verdict verdict;
  private final Map<String, SortedMap<Instant, Double>> taken = new TreeMap<>();

  private Checker(NodeRecord node) {
    this.node = node;
    this.truth = new Truth(node);
    this.excuses = new Excuses(node);
    this.verdict = new Verdict(node.name());
  }

  /** All whose truth is known. */
  static Set<String> metrics() {
    Set<String> all = new TreeSet<>(GAUGES.keySet());
    all.addAll(COUNTERS.keySet());
    return all;
  }

  static Verdict check(NodeRecord node) {
    Checker checker = new Checker(node);
    node.mishaps().forEach(mishap -> checker.verdict.fault(Fault.MISHAP, mishap));
    checker.sort();
    GAUGES.forEach(checker::checkGauge);
    COUNTERS.forEach(checker::checkCounter);
    return checker.verdict;
  }

  /** Tells doubles from first ones, and how long each of those took. */
  private void sort() {
    Map<String, Put> firsts = new TreeMap<>();
    for (Put put : node.puts()) {
      if (AT_TIMES.contains(put.metric())) {
        continue;
      }
      verdict.datum(age(put).toSeconds());
      Optional<Put> before =
          Optional.ofNullable(firsts.put(put.metric() + " " + put.minute(), put));
      if (before.isPresent()) {
        checkDouble(before.get(), put);
      } else {
        taken.computeIfAbsent(put.metric(), key -> new TreeMap<>()).put(put.minute(), put.value());
        checkAge(put);
      }
    }
  }

  private void checkDouble(Put before, Put put) {
    Optional<String> excuse = excuses.forDouble(before);
    excuse.ifPresent(verdict::tolerate);
    if (excuse.isEmpty()) {
      verdict.fault(Fault.DOUBLED, before + " and " + put);
    } else if (before.value() != put.value()) {
      verdict.fault(Fault.WRONG, before + " came again as " + put);
    }
  }

  private static Duration age(Put put) {
    return Duration.between(put.minute().plus(Truth.MINUTE), put.at());
  }

  private void checkAge(Put put) {
    Instant due = put.minute().plus(Truth.MINUTE);
    Instant free =
        truth
            .latest(disturbance -> disturbance.from().isBefore(put.at()))
            .map(Disturbance::to)
            .filter(end -> end.isAfter(due))
            .orElse(due);
    if (put.at().isAfter(free.plus(LATE))) {
      verdict.fault(Fault.LATE, put.toString());
    }
  }

  private void checkGauge(String metric, ToDoubleFunction<NodeState> value) {
    SortedMap<Instant, Double> values = values(metric);
    checkPresence(metric, values, false);
    values.forEach(
        (minute, published) -> {
          List<Double> told =
              truth.reads(false, Truth.in(minute)).stream()
                  .map(answer -> value.applyAsDouble(answer.truth()))
                  .toList();
          boolean calm = truth.isCalm(minute) && !told.isEmpty();
          List<Double> right = calm ? told.subList(told.size() - 1, told.size()) : told;
          compared(calm, right.contains(published), metric, minute, published, right);
        });
  }

  private void checkCounter(String metric, String counter) {
    SortedMap<Instant, Double> values = values(metric);
    checkPresence(metric, values, true);
    boolean all = isWhole(metric);
    double sum = 0;
    for (Map.Entry<Instant, Double> entry : values.entrySet()) {
      Instant minute = entry.getKey();
      sum += entry.getValue();
      if (truth.isCalm(minute) && truth.minutes().indexOf(minute) > 0) {
        double right = truth.increaseIn(minute, counter);
        compared(true, right == entry.getValue(), metric, minute, entry.getValue(), List.of(right));
      }
      double least = all ? seen(counter, truth.reads(true, Truth.before(minute))) : 0;
      double most = Truth.increase(counter, truth.reads(true, Truth.before(end(minute))));
      compared(false, least <= sum && sum <= most, metric, minute, sum, List.of(least, most));
    }
    double least = all ? seen(counter, truth.reads(true, answer -> true)) : 0;
    if (sum < least) {
      verdict.fault(Fault.WRONG, "%s: %s in all, at least %s".formatted(metric, sum, least));
    }
  }

  /** A poll that began in this minute may have had its answers in the next. */
  private static Instant end(Instant minute) {
    return minute.plus(Truth.MINUTE).plus(POLL);
  }

  private double seen(String counter, List<Answer> reads) {
    return Truth.increase(counter, reads.stream().filter(truth::isCertain).toList());
  }

  private void compared(
      boolean exact, boolean right, String metric, Instant minute, double value, List<Double> of) {
    if (exact) {
      verdict.comparedExactly();
    }
    if (!right) {
      verdict.fault(
          Fault.WRONG,
          "%s of %s: %s, not %s%s".formatted(metric, minute, value, exact ? "" : "within ", of));
    }
  }

  /** Whether nothing that a counter rose by may be missing at the end. */
  private boolean isWhole(String metric) {
    boolean forgot = truth.disturbances(kind -> kind == Kind.OVERWRITTEN).findAny().isPresent();
    boolean invalid =
        metric.equals(CloudWatchService.INVALID_METRIC)
            && truth.disturbances(kind -> kind == Kind.INVALID_DATUM).findAny().isPresent();
    return node.remembers() && !forgot && !invalid;
  }

  private void checkPresence(String metric, SortedMap<Instant, Double> values, boolean metrics) {
    for (Instant minute : truth.minutes()) {
      boolean read = truth.reads(metrics, Truth.in(minute)).stream().anyMatch(truth::isCertain);
      if (!read || values.containsKey(minute)) {
        continue;
      }
      Optional<String> excuse = excuses.forLoss(minute, metric, metrics);
      excuse.ifPresent(verdict::tolerate);
      if (excuse.isEmpty()) {
        verdict.fault(Fault.LOST, "%s of %s".formatted(metric, minute));
      }
    }
    for (Instant minute : new ArrayList<>(values.keySet())) {
      if (!truth.minutes().contains(minute)) {
        verdict.fault(Fault.WRONG, "%s of %s, which nobody polled".formatted(metric, minute));
      }
    }
  }

  private SortedMap<Instant, Double> values(String metric) {
    return taken.getOrDefault(metric, new TreeMap<>());
  }
}
