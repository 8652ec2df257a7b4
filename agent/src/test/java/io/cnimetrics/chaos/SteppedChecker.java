package io.cnimetrics.chaos;

import io.cnimetrics.chaos.Verdict.Fault;
import io.cnimetrics.simulator.NodeState;
import io.cnimetrics.testing.ServedIpamd.Answer;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.ToDoubleFunction;

/**
 * Compares what CloudWatch took of a node whose clock is stepped with what its ipamD served.
 * Minutes are those that the clock showed. Each has the gauges that were told in it, and none where
 * a later minute had been shown before: that the agent must not go back to. What counters rose by
 * is there exactly once, in whichever minute: never more of it has come than was served until then,
 * and in the end no less.
 */
final class SteppedChecker {
  /** A send waits for its time by a clock that went back by so much; more is seen through. */
  private static final Duration LATE = Checker.LATE.plusSeconds(90);

  /** ipamD tells times of addresses, which move with the clock on a node, but not here. */
  private static final String TOLD_BY_TIMES = "coolingIPAddresses";

  private final NodeRecord node;
  private final Truth truth;
  private final Verdict verdict;
  private final List<Read> reads;
  private final SortedMap<String, SortedMap<Instant, Put>> taken = new TreeMap<>();

  /**
   * An answer of ipamD's.
   *
   * @param minutes that its poll may belong to: several around a step
   */
  private record Read(Answer answer, Set<Instant> minutes, boolean certain) {
    boolean mayBeOf(Instant minute) {
      return minutes.contains(minute);
    }

    boolean isOf(Instant minute) {
      return certain && minutes.equals(Set.of(minute));
    }

    boolean mayBeAfter(Instant minute) {
      return minutes.stream().anyMatch(other -> other.isAfter(minute));
    }

    boolean isAfter(Instant minute) {
      return certain && minutes.stream().allMatch(other -> other.isAfter(minute));
    }
  }

  private SteppedChecker(NodeRecord node) {
    this.node = node;
    this.truth = new Truth(node);
    this.verdict = new Verdict(node.name());
    this.reads =
        node.answers().stream()
            .map(answer -> new Read(answer, minutes(answer), truth.isCertain(answer)))
            .toList();
  }

  static Verdict check(NodeRecord node) {
    SteppedChecker checker = new SteppedChecker(node);
    node.mishaps().forEach(mishap -> checker.verdict.fault(Fault.MISHAP, mishap));
    Arrivals.firsts(node, checker::due, LATE, checker.verdict).forEach(checker::take);
    Checker.GAUGES.forEach(checker::checkGauge);
    Checker.COUNTERS.forEach(checker::checkCounter);
    return checker.verdict;
  }

  /** A poll is put into the minute that was shown when it began. */
  private Set<Instant> minutes(Answer answer) {
    Instant first = answer.at().minus(Truth.POLL);
    Instant last = answer.at().plus(Truth.SOON);
    Set<Instant> minutes = new TreeSet<>();
    minutes.add(Truth.minute(answer.at().plus(aheadAt(first))));
    node.steps().stream()
        .filter(step -> !step.at().isBefore(first) && !step.at().isAfter(last))
        .forEach(step -> minutes.add(Truth.minute(answer.at().plus(step.ahead()))));
    return minutes;
  }

  private Duration aheadAt(Instant time) {
    return node.steps().stream()
        .filter(step -> step.at().isBefore(time))
        .reduce((earlier, later) -> later)
        .map(ClockStep::ahead)
        .orElse(Duration.ZERO);
  }

  private Instant due(Put put) {
    return span(put.minute()).map(span -> span.to().plus(Truth.MINUTE)).orElse(put.at());
  }

  private void take(Put put) {
    taken.computeIfAbsent(put.metric(), key -> new TreeMap<>()).put(put.minute(), put);
  }

  private SortedMap<Instant, Put> puts(String metric) {
    return taken.getOrDefault(metric, new TreeMap<>());
  }

  private void checkGauge(String metric, ToDoubleFunction<NodeState> value) {
    checkPresence(metric, false);
    if (metric.equals(TOLD_BY_TIMES)) {
      return;
    }
    puts(metric)
        .forEach(
            (minute, put) -> {
              List<Double> told =
                  polls(minute).stream()
                      .map(Read::answer)
                      .filter(answer -> !answer.metrics())
                      .map(answer -> value.applyAsDouble(answer.truth()))
                      .toList();
              boolean calm = !told.isEmpty() && span(minute).filter(this::isCalm).isPresent();
              compared(calm, put, calm ? told.subList(told.size() - 1, told.size()) : told);
            });
  }

  private void checkCounter(String metric, String counter) {
    checkPresence(metric, true);
    double sum = 0;
    for (Put put : puts(metric).values().stream().sorted(Comparator.comparing(Put::at)).toList()) {
      sum += put.value();
      double most = Answer.increase(counter, truth.reads(true, Truth.before(put.at())));
      if (sum > most) {
        verdict.fault(Fault.WRONG, "%s: %s in all, at most %s".formatted(put, sum, most));
      }
      checkExactly(put, counter);
    }
    double least = Answer.increase(counter, truth.reads(true, truth::isCertain));
    if (sum < least) {
      verdict.fault(Fault.WRONG, "%s: %s in all, at least %s".formatted(metric, sum, least));
    }
  }

  /** What had to wait for a clock that went back is in the first minute after that. */
  private void checkExactly(Put put, String counter) {
    boolean first = !puts(put.metric()).containsKey(put.minute().minus(Truth.MINUTE));
    Optional<Span> span = span(put.minute()).filter(polled -> !first && isCalm(polled));
    if (span.isPresent()) {
      Instant from = span.get().from();
      Instant end = span.get().to().plusNanos(1);
      double before = Answer.increase(counter, truth.reads(true, Truth.before(from)));
      double after = Answer.increase(counter, truth.reads(true, Truth.before(end)));
      compared(true, put, List.of(after - before));
    }
  }

  private void compared(boolean exact, Put put, List<Double> right) {
    if (exact) {
      verdict.comparedExactly();
    }
    if (!right.contains(put.value())) {
      verdict.fault(Fault.WRONG, "%s, not%s %s".formatted(put, exact ? "" : " one of", right));
    }
  }

  private void checkPresence(String metric, boolean metrics) {
    for (Instant minute : minutes()) {
      Optional<Answer> polled =
          reads.stream()
              .filter(read -> read.isOf(minute))
              .map(Read::answer)
              .filter(answer -> answer.metrics() == metrics)
              .findFirst();
      if (polled.isEmpty() || puts(metric).containsKey(minute)) {
        continue;
      }
      Optional<String> excuse = excuse(minute, polled.get());
      excuse.ifPresent(verdict::tolerate);
      if (excuse.isEmpty()) {
        verdict.fault(Fault.LOST, "%s of %s".formatted(metric, minute));
      }
    }
    for (Put put : puts(metric).values()) {
      if (polls(put.minute()).isEmpty()) {
        verdict.fault(Fault.WRONG, put + ", which nobody polled");
      }
    }
  }

  /** The minutes after that of the start, of which an agent reports none. */
  private List<Instant> minutes() {
    return reads.stream()
        .flatMap(read -> read.minutes().stream())
        .distinct()
        .sorted()
        .filter(minute -> !reads.get(0).minutes().contains(minute))
        .toList();
  }

  private Optional<String> excuse(Instant minute, Answer first) {
    if (reads.stream()
        .anyMatch(read -> read.answer().at().isBefore(first.at()) && read.mayBeAfter(minute))) {
      return Optional.of("lost: the clock had shown a later minute");
    }
    return truth
        .disturbances(kind -> kind == Kind.SIGTERM)
        .filter(end -> shown(end.from()).equals(minute) && !end.from().isAfter(first.at()))
        .findFirst()
        .map(end -> "lost: its minute was closed by SIGTERM");
  }

  private Instant shown(Instant time) {
    return Truth.minute(time.plus(aheadAt(time)));
  }

  /** When a minute was polled, as long as no later one had been shown. */
  private record Span(Instant from, Instant to) {}

  private Optional<Span> span(Instant minute) {
    List<Read> polled = polls(minute);
    return polled.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Span(polled.get(0).answer().at(), polled.get(polled.size() - 1).answer().at()));
  }

  private List<Read> polls(Instant minute) {
    return reads.stream()
        .takeWhile(read -> !read.isAfter(minute))
        .filter(read -> read.mayBeOf(minute))
        .toList();
  }

  /** Whether nothing touched the polls of a minute, nor of the one before. */
  private boolean isCalm(Span span) {
    Instant from = span.from().minus(Truth.MINUTE).minus(Truth.POLL);
    Instant to = span.to().plus(Truth.MINUTE);
    return node.steps().stream().noneMatch(s -> s.at().isAfter(from) && s.at().isBefore(to))
        && truth
            .disturbances(kind -> true)
            .filter(disturbance -> disturbance.edge().isOfProcess())
            .noneMatch(disturbance -> disturbance.overlaps(from, to));
  }
}
