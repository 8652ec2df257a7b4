package io.cnimetrics.chaos;

import io.cnimetrics.testing.ServedIpamd.Answer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The missing and the duplicate datums that the agent's contract allows, each with its reason. */
final class AllowedDuplicates {
  /** Answers of CloudWatch can be lost this long before the fault starts and after it ends. */
  private static final Duration UNDER_WAY = Duration.ofSeconds(2);

  /** The longest duration of a request. */
  private static final Duration REQUEST = Duration.ofSeconds(12);

  private final NodeRecord node;
  private final Truth truth;

  AllowedDuplicates(NodeRecord node) {
    this.node = node;
    this.truth = new Truth(node);
  }

  /** The reason why the agent can send this datum twice; empty if a duplicate is an error. */
  Optional<String> forDouble(Put first) {
    if (!first.heard() || began(first.at(), UNDER_WAY, Kind.REFUSE)) {
      return Optional.of("doubled: the answer was lost");
    }
    if (truth
        .disturbances(Kind::killsProcess)
        .anyMatch(kill -> kill.overlaps(first.at().minus(UNDER_WAY), first.at().plus(UNDER_WAY)))) {
      return Optional.of("doubled: the agent was killed before it recorded the answer");
    }
    if (began(first.at(), REQUEST, Kind.TORN)) {
      return Optional.of("doubled: the record of the answer was cut off");
    }
    return truth
        .disturbances(kind -> kind == Kind.SIGSTOP)
        .filter(stop -> stop.overlaps(first.at().minus(UNDER_WAY), first.at().plus(UNDER_WAY)))
        .findFirst()
        .map(stop -> "doubled: the agent was stopped during the answer");
  }

  private boolean began(Instant after, Duration within, Kind which) {
    return truth
        .disturbances(kind -> kind == which)
        .anyMatch(
            disturbance ->
                !disturbance.from().isBefore(after.minusMillis(100))
                    && disturbance.from().isBefore(after.plus(within)));
  }

  /**
   * The reason why a metric can lack a datum in a minute with a read; empty if this is an error.
   */
  Optional<String> forLoss(Instant minute, String metric, boolean metrics) {
    if (metric.equals(CloudWatchService.INVALID_METRIC)
        && truth.disturbances(kind -> kind == Kind.INVALID_DATUM).findAny().isPresent()) {
      return Optional.of("lost: CloudWatch rejected the datum as invalid");
    }
    return node.disturbances().stream()
        .flatMap(disturbance -> forLoss(minute, metrics, disturbance).stream())
        .findFirst();
  }

  private Optional<String> forLoss(Instant minute, boolean metrics, Disturbance end) {
    if (!end.kind().endsProcess()) {
      return Optional.empty();
    }
    if (node.remembers() && !end.kind().losesState()) {
      return end.kind() == Kind.SIGTERM && isClosedBy(end, minute, metrics)
          ? Optional.of("lost: SIGTERM closed the minute")
          : Optional.empty();
    }
    String memory =
        switch (end.kind()) {
          case OVERWRITTEN -> "state overwritten";
          case READ_ONLY_START -> "disk read-only at the start";
          default -> "no state kept";
        };
    if (minute.isAfter(Truth.minute(end.from())) && !minute.isAfter(firstMinuteAfter(end))) {
      return Optional.of("lost: " + memory + ", minute of the start");
    }
    return mayHaveWaited(minute, end)
        ? Optional.of("lost: " + memory + ", pending at the end")
        : Optional.empty();
  }

  /**
   * Whether no read of the minute succeeded before SIGTERM. The agent does not report such a
   * minute.
   */
  private boolean isClosedBy(Disturbance end, Instant minute, boolean metrics) {
    return minute.equals(Truth.minute(end.from()))
        && truth.reads(metrics, Truth.in(minute)).stream()
            .filter(truth::isCertain)
            .noneMatch(answer -> answer.at().isBefore(end.from()));
  }

  private Instant firstMinuteAfter(Disturbance end) {
    return node.answers().stream()
        .map(Answer::at)
        .filter(at -> at.isAfter(end.to()))
        .findFirst()
        .map(Truth::minute)
        .orElse(Instant.MAX);
  }

  /** Whether this minute was perhaps still unsent when the agent ended. */
  private boolean mayHaveWaited(Instant minute, Disturbance end) {
    Instant over = minute.plus(Truth.MINUTE);
    if (minute.isAfter(end.from())) {
      return false;
    }
    if (end.kind() == Kind.READ_ONLY_START) {
      // A later agent reads the pending minutes from the disk and sends them. Only the open minute
      // is lost.
      return !minute.isBefore(openAt(end.from().minus(UNDER_WAY)));
    }
    boolean awayAtTheEnd = awayWithin(end.from().minus(REQUEST), end.from().plus(REQUEST));
    if (end.kind() == Kind.SIGTERM) {
      // After SIGTERM the agent sends all pending minutes if it reaches CloudWatch.
      return awayAtTheEnd;
    }
    return awayWithin(over.minus(REQUEST), end.from())
        || over.plus(Checker.LATE).isAfter(end.from());
  }

  /** The open minute at this time. A minute is open until the first poll of the next minute. */
  private Instant openAt(Instant time) {
    List<Answer> read = node.answers().stream().filter(Truth.before(time)).toList();
    return read.isEmpty() ? Instant.MIN : Truth.minute(read.get(read.size() - 1).at());
  }

  private boolean awayWithin(Instant from, Instant to) {
    return node.disturbances().stream()
        .filter(disturbance -> disturbance.edge().isOfSending())
        .anyMatch(disturbance -> disturbance.overlaps(from, to));
  }
}
