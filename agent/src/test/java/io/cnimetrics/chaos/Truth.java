package io.cnimetrics.chaos;

import io.cnimetrics.testing.ServedIpamd.Answer;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
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
  private static final Duration POLL = Duration.ofSeconds(8);

  private static final Duration SOON = Duration.ofSeconds(1);

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

  /** By how much a counter has risen from one read to the next, all of them together. */
  static double increase(String counter, List<Answer> reads) {
    double sum = 0;
    for (int i = 1; i < reads.size(); i++) {
      boolean sameProcess = reads.get(i).process() == reads.get(i - 1).process();
      double before = sameProcess ? reads.get(i - 1).truth().counter(counter) : 0;
      sum += reads.get(i).truth().counter(counter) - before;
    }
    return sum;
  }

  /** By how much a counter has risen under the eyes of the polls of a minute. */
  double increaseIn(Instant minute, String counter) {
    return increase(counter, reads(true, before(minute.plus(MINUTE))))
        - increase(counter, reads(true, before(minute)));
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
