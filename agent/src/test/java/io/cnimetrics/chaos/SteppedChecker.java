package io.cnimetrics.chaos;

import io.cnimetrics.chaos.Verdict.Fault;
import io.cnimetrics.simulator.SimulatedIpamd.NodeState;
import io.cnimetrics.testing.ServedIpamd;
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
 * Checks a node whose clock is set ahead and back. Compares the datums that CloudWatch accepted
 * with the answers of the node's ipamD. Minutes are those of the changed clock. The gauges of a
 * minute have values that ipamD showed in this minute. If the clock showed a later minute before,
 * the minute has no datum, because an agent never reports an earlier minute. Each increase of a
 * counter must arrive exactly once, in any minute. Therefore the sum is never greater than the
 * increase that ipamD has shown, and at the end the sum is not less.
 */
final class SteppedChecker {
  /** After a change back by up to 90 s, sends wait up to 90 s. The agent detects larger changes. */
  private static final Duration LATE = Checker.LATE.plusSeconds(90);

  /**
   * This gauge depends on ipamD's clock. Here that clock does not change; on a real node it does.
   */
  private static final String FROM_TIMES = "coolingIPAddresses";

  private final NodeRecord node;
  private final Truth truth;
  private final Verdict verdict;
  private final List<Read> reads;
  private final SortedMap<String, SortedMap<Instant, Put>> taken = new TreeMap<>();

  /**
   * An answer of ipamD.
   *
   * @param minutes the minutes to which the poll can belong; more than one near a change of the
   *     clock
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
    node.errors().forEach(error -> checker.verdict.fault(Fault.ERROR, error));
    Arrivals.firsts(node, checker::due, LATE, checker.verdict).forEach(checker::take);
    ServedIpamd.GAUGES.forEach(checker::checkGauge);
    ServedIpamd.COUNTERS.forEach(checker::checkCounter);
    return checker.verdict;
  }

  /** A poll belongs to the minute that the clock showed at the start of the poll. */
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
    if (metric.equals(FROM_TIMES)) {
      return;
    }
    puts(metric)
        .forEach(
            (minute, put) -> {
              List<Double> served =
                  polls(minute).stream()
                      .map(Read::answer)
                      .filter(answer -> !answer.metrics())
                      .map(answer -> value.applyAsDouble(answer.truth()))
                      .toList();
              boolean calm = !served.isEmpty() && span(minute).filter(this::isCalm).isPresent();
              compared(calm, put, calm ? served.subList(served.size() - 1, served.size()) : served);
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

  /**
   * Checks the increase of a minute. When the clock is set back, the agent waits. The first minute
   * after the wait contains all increases of the wait, so this minute is not checked. If the clock
   * showed the previous minute twice, the datum of that minute is from the first time.
   */
  private void checkExactly(Put put, String counter) {
    Instant minuteBefore = put.minute().minus(Truth.MINUTE);
    boolean first =
        !puts(put.metric()).containsKey(minuteBefore)
            || span(minuteBefore).filter(SteppedChecker::wasShownTwice).isPresent();
    Optional<Span> span = span(put.minute()).filter(polled -> !first && isCalm(polled));
    if (span.isPresent()) {
      Instant from = span.get().from();
      Instant end = span.get().to().plusNanos(1);
      double before = Answer.increase(counter, truth.reads(true, Truth.before(from)));
      double after = Answer.increase(counter, truth.reads(true, Truth.before(end)));
      compared(true, put, List.of(after - before));
    }
  }

  private static boolean wasShownTwice(Span minute) {
    return minute.from().plus(Truth.MINUTE).plus(Truth.SOON).isBefore(minute.to());
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
        verdict.fault(Fault.WRONG, put + ", which was not polled");
      }
    }
  }

  /** All minutes except the first, which an agent does not report. */
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
      return Optional.of("lost: the clock showed a later minute before");
    }
    return truth
        .disturbances(kind -> kind == Kind.SIGTERM)
        .filter(end -> shown(end.from()).equals(minute) && !end.from().isAfter(first.at()))
        .findFirst()
        .map(end -> "lost: SIGTERM closed the minute");
  }

  private Instant shown(Instant time) {
    return Truth.minute(time.plus(aheadAt(time)));
  }

  /**
   * The times of the first and the last poll of a minute. Polls after a later minute do not count.
   */
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

  /** Whether the polls of a minute and of the previous minute had no fault. */
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
