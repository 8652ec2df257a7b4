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
 * What a node's ipamD served. Of an answer that was given shortly before an agent ended or was
 * stopped nobody can say whether it was still used: it is uncertain, and both is right.
 */
final class Truth {
  static final Duration MINUTE = Duration.ofMinutes(1);

  /** A poll is over after this, whatever hangs. */
  static final Duration POLL = Duration.ofSeconds(8);

  static final Duration SOON = Duration.ofSeconds(1);

  private final NodeRecord node;

  Truth(NodeRecord node) {
    this.node = node;
  }

  static Instant minute(Instant at) {
    return at.truncatedTo(ChronoUnit.MINUTES);
  }

  /** The minutes that an agent can report from its start to its end as a whole. */
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

  /** Answers of one kind, oldest first. */
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

  /** Whether nothing touched the polls of a minute, nor of the one before. */
  boolean isCalm(Instant minute) {
    return node.disturbances().stream()
        .filter(disturbance -> disturbance.edge().isOfReading())
        .map(disturbance -> disturbance.widened(POLL, POLL))
        .noneMatch(disturbance -> disturbance.overlaps(minute.minus(MINUTE), minute.plus(MINUTE)));
  }

  /** By how much a counter has risen under the eyes of the polls of a minute. */
  double increaseIn(Instant minute, String counter) {
    return Answer.increase(counter, reads(true, before(minute.plus(MINUTE))))
        - Answer.increase(counter, reads(true, before(minute)));
  }

  /**
   * What agents remember without a break.
   *
   * @param begun what counters told before is not known
   * @param after the minutes that are of it are later
   * @param last the last of them
   * @param whole whether nothing of it may be missing
   */
  record Memory(Instant begun, Instant after, Instant last, boolean whole) {
    boolean has(Instant minute) {
      return minute.isAfter(after) && !minute.isAfter(last);
    }
  }

  /** Each ends where an agent's state is lost. */
  List<Memory> memories() {
    List<Memory> memories = new ArrayList<>();
    Instant begun = Instant.MIN;
    Instant after = Instant.MIN;
    for (Disturbance loss : node.disturbances()) {
      if (node.remembers() ? loss.kind().losesState() : loss.kind().endsProcess()) {
        Instant last = minute(loss.to());
        boolean whole = loss.kind() == Kind.READ_ONLY_START;
        memories.add(new Memory(begun, after, last, whole));
        begun = loss.to();
        after = last;
      }
    }
    memories.add(new Memory(begun, after, Instant.MAX, true));
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
