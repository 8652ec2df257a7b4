package io.cnimetrics.chaos;

import io.cnimetrics.testing.ServedIpamd.Answer;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The answers of a node's ipamD. An answer is uncertain if a fault occurred at the same time. The
 * check then accepts both cases: the agent used the answer, or it did not.
 */
record Truth(NodeRecord node) {
  static final Duration MINUTE = Duration.ofMinutes(1);

  /** The longest duration of a poll, even if ipamD hangs. */
  static final Duration POLL = Duration.ofSeconds(8);

  static final Duration SOON = Duration.ofSeconds(1);

  static Instant minute(Instant at) {
    return at.truncatedTo(ChronoUnit.MINUTES);
  }

  /** All minutes with an answer, except the first, which the agent does not report. */
  List<Instant> minutes() {
    if (node.answers().isEmpty()) {
      return List.of();
    }
    Instant first = minute(node.answers().get(0).at());
    Instant last = minute(node.answers().get(node.answers().size() - 1).at());
    return Stream.iterate(
            first.plus(MINUTE), minute -> !minute.isAfter(last), minute -> minute.plus(MINUTE))
        .toList();
  }

  /** The answers of one source, the oldest first. */
  List<Answer> reads(boolean metrics, Predicate<Answer> which) {
    return node.answers().stream()
        .filter(answer -> answer.metrics() == metrics)
        .filter(which)
        .toList();
  }

  static Predicate<Answer> in(Instant minute) {
    return answer -> minute(answer.at()).equals(minute);
  }

  static Predicate<Answer> before(Instant time) {
    return answer -> answer.at().isBefore(time);
  }

  boolean isCertain(Answer answer) {
    return node.disturbances().stream()
        .filter(disturbance -> disturbance.edge().isOfReading())
        .map(
            disturbance ->
                disturbance.edge().isOfProcess()
                    ? disturbance.widened(POLL, Duration.ZERO)
                    : new Disturbance(
                        disturbance.edge(),
                        disturbance.kind(),
                        disturbance.from().minus(SOON),
                        disturbance.from().plus(SOON)))
        .noneMatch(disturbance -> disturbance.overlaps(answer.at(), answer.at()));
  }

  /** Whether the polls of a minute and of the previous minute had no fault. */
  boolean isCalm(Instant minute) {
    return node.disturbances().stream()
        .filter(disturbance -> disturbance.edge().isOfReading())
        .map(disturbance -> disturbance.widened(POLL, POLL))
        .noneMatch(disturbance -> disturbance.overlaps(minute.minus(MINUTE), minute.plus(MINUTE)));
  }

  /** The increase of a counter that ipamD showed in a minute. */
  double increaseIn(Instant minute, String counter) {
    return Answer.increase(counter, reads(true, before(minute.plus(MINUTE))))
        - Answer.increase(counter, reads(true, before(minute)));
  }

  /**
   * A span of time in which the agents lost no state.
   *
   * @param start the start of the span; the agents do not know earlier totals
   * @param after the minute before the first minute of the span
   * @param last the last minute of the span
   * @param whole whether the datums of all minutes of the span must arrive
   */
  record Memory(Instant start, Instant after, Instant last, boolean whole) {
    boolean has(Instant minute) {
      return minute.isAfter(after) && !minute.isAfter(last);
    }
  }

  /** The spans of time between losses of the agents' state. */
  List<Memory> memories() {
    List<Memory> memories = new ArrayList<>();
    Instant start = Instant.MIN;
    Instant after = Instant.MIN;
    for (Disturbance loss : node.disturbances()) {
      if (node.remembers() ? loss.kind().losesState() : loss.kind().endsProcess()) {
        Instant last = minute(loss.to());
        boolean whole = loss.kind() == Kind.READ_ONLY_START;
        memories.add(new Memory(start, after, last, whole));
        start = loss.to();
        after = last;
      }
    }
    memories.add(new Memory(start, after, Instant.MAX, true));
    return memories;
  }

  Optional<Disturbance> latest(Predicate<Disturbance> which) {
    return node.disturbances().stream()
        .filter(which)
        .max((one, other) -> one.to().compareTo(other.to()));
  }

  Stream<Disturbance> disturbances(Predicate<Kind> which) {
    return node.disturbances().stream().filter(disturbance -> which.test(disturbance.kind()));
  }
}
