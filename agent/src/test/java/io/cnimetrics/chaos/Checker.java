package io.cnimetrics.chaos;

import io.cnimetrics.chaos.Truth.Memory;
import io.cnimetrics.chaos.Verdict.Fault;
import io.cnimetrics.simulator.SimulatedIpamd.NodeState;
import io.cnimetrics.testing.ServedIpamd;
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
 * Compares the datums that CloudWatch accepted from a node with the answers of the node's ipamD. If
 * the polls of a minute had no fault, only one value is right. In other minutes a gauge must have
 * one of the values that ipamD showed in the minute. The sum of a counter must be at least the
 * increase that the agent certainly read, and at most the increase that ipamD showed. At the end no
 * datum may be missing.
 */
final class Checker {
  /**
   * The longest pause before a retry, plus the node's offset, the time of a request, and a reserve.
   */
  static final Duration LATE = Duration.ofSeconds(110);

  private static final Duration POLL = Duration.ofSeconds(10);

  private final Truth truth;
  private final AllowedDuplicates excuses;
  private final Verdict verdict;
  private final Map<String, SortedMap<Instant, Double>> taken = new TreeMap<>();

  private Checker(NodeRecord node) {
    this.truth = new Truth(node);
    this.excuses = new AllowedDuplicates(node);
    this.verdict = new Verdict(node.name());
  }

  /** The metrics whose true values the simulated ipamD reports. */
  static Set<String> metrics() {
    Set<String> all = new TreeSet<>(ServedIpamd.GAUGES.keySet());
    all.addAll(ServedIpamd.COUNTERS.keySet());
    return all;
  }

  static Verdict check(NodeRecord node) {
    if (!node.steps().isEmpty()) {
      return SteppedChecker.check(node);
    }
    Checker checker = new Checker(node);
    node.errors().forEach(error -> checker.verdict.fault(Fault.ERROR, error));
    Arrivals.firsts(node, put -> put.minute().plus(Truth.MINUTE), LATE, checker.verdict)
        .forEach(checker::take);
    ServedIpamd.GAUGES.forEach(checker::checkGauge);
    ServedIpamd.COUNTERS.forEach(checker::checkCounter);
    return checker.verdict;
  }

  private void take(Put put) {
    taken.computeIfAbsent(put.metric(), key -> new TreeMap<>()).put(put.minute(), put.value());
  }

  private void checkGauge(String metric, ToDoubleFunction<NodeState> value) {
    SortedMap<Instant, Double> values = values(metric);
    checkPresence(metric, values, false);
    values.forEach(
        (minute, published) -> {
          List<Double> served =
              truth.reads(false, Truth.in(minute)).stream()
                  .map(answer -> value.applyAsDouble(answer.truth()))
                  .toList();
          boolean calm = truth.isCalm(minute) && !served.isEmpty();
          List<Double> right = calm ? served.subList(served.size() - 1, served.size()) : served;
          compared(calm, right.contains(published), metric, minute, published, right);
        });
  }

  private void checkCounter(String metric, String counter) {
    checkPresence(metric, values(metric), true);
    for (Memory memory : truth.memories()) {
      checkCounter(metric, counter, memory);
    }
  }

  private void checkCounter(String metric, String counter, Memory memory) {
    boolean all = memory.whole() && !isInvalid(metric);
    double sum = 0;
    for (Map.Entry<Instant, Double> entry : values(metric).entrySet()) {
      Instant minute = entry.getKey();
      if (!memory.has(minute)) {
        continue;
      }
      sum += entry.getValue();
      if (truth.isCalm(minute) && truth.minutes().indexOf(minute) > 0) {
        double right = truth.increaseIn(minute, counter);
        compared(true, right == entry.getValue(), metric, minute, entry.getValue(), List.of(right));
      }
      double least = all ? seen(counter, reads(memory, minute)) : 0;
      double most = Answer.increase(counter, reads(memory, end(minute)));
      compared(false, least <= sum && sum <= most, metric, minute, sum, List.of(least, most));
    }
    boolean ended = memory.last().isBefore(Instant.MAX);
    double least = all && !ended ? seen(counter, reads(memory, Instant.MAX)) : 0;
    if (sum < least) {
      verdict.fault(Fault.WRONG, "%s: %s in all, at least %s".formatted(metric, sum, least));
    }
  }

  private List<Answer> reads(Memory memory, Instant until) {
    return truth.reads(
        true, answer -> !answer.at().isBefore(memory.start()) && answer.at().isBefore(until));
  }

  /** The end of a minute's answers. A poll of this minute can end in the next minute. */
  private static Instant end(Instant minute) {
    return minute.plus(Truth.MINUTE).plus(POLL);
  }

  private double seen(String counter, List<Answer> reads) {
    return Answer.increase(counter, reads.stream().filter(truth::isCertain).toList());
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

  private boolean isInvalid(String metric) {
    return metric.equals(CloudWatchService.INVALID_METRIC)
        && truth.disturbances(kind -> kind == Kind.INVALID_DATUM).findAny().isPresent();
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
        verdict.fault(Fault.WRONG, "%s of %s, which was not polled".formatted(metric, minute));
      }
    }
  }

  private SortedMap<Instant, Double> values(String metric) {
    return taken.getOrDefault(metric, new TreeMap<>());
  }
}
