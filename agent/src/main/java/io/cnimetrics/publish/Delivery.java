package io.cnimetrics.publish;

import io.cnimetrics.publish.MetricSink.Datum;
import io.cnimetrics.publish.MetricSink.PutResult;
import io.cnimetrics.publish.MetricSink.PutResult.Status;
import io.cnimetrics.publish.SendEvents.DropReason;
import io.cnimetrics.publish.Sender.Answers;
import io.cnimetrics.publish.Sender.Failure;
import io.cnimetrics.publish.Sender.Turn;
import io.cnimetrics.schedule.NodeSchedule;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Delivers batches to one receiver. If the receiver rejects a batch, the delivery sends the halves
 * of the batch, and so on. In the end only the invalid datums are left, and the delivery drops
 * them.
 */
final class Delivery {
  /** The most splits of a batch. One invalid datum in 1,000 needs about 10 splits. */
  private static final int MOST_SPLITS = 40;

  /**
   * After this number of refused datums in a row, the sender pauses, because a wrong clock is the
   * probable cause.
   */
  private static final int MOST_REFUSALS_IN_A_ROW = 3;

  private static final Logger log = LoggerFactory.getLogger(Delivery.class);

  private final MetricBuffer buffer;
  private final MetricSink sink;
  private final Receiver receiver;
  private final SendEvents events;
  private final Map.Entry<String, String> where;
  private Instant splitLoggedAt = Instant.MIN;
  private volatile Answers answers = new Answers(Optional.empty(), Optional.empty());

  /**
   * The most datums in a request, because a proxy can limit the size. Without this number, half of
   * all requests would be refused. The number also falls if a turn ends before the delivery has
   * found an invalid datum, so that the next turn continues with smaller parts. The number doubles
   * with each batch that is sent without such a refusal, because the limit can be removed.
   */
  private volatile int mostAccepted = MetricSink.MOST_DATUMS;

  /**
   * @param where the region or the URL of the receiver, as a key and a value for log messages
   */
  Delivery(
      MetricBuffer buffer,
      MetricSink sink,
      Receiver receiver,
      SendEvents events,
      Map.Entry<String, String> where) {
    this.buffer = buffer;
    this.sink = sink;
    this.receiver = receiver;
    this.events = events;
    this.where = where;
  }

  /**
   * The result of one batch.
   *
   * @param accepted the last part that was accepted
   * @param pause the answer that requires a pause before the next request
   */
  record Result(Optional<Batch> accepted, Optional<PutResult> pause) {}

  Answers answers() {
    return answers;
  }

  private synchronized void answered(PutResult answer, Instant at) {
    answers =
        answer.status() == Status.ACCEPTED
            ? new Answers(Optional.of(at), answers.failure())
            : new Answers(answers.accepted(), Optional.of(new Failure(at, answer)));
  }

  /**
   * Sends a batch and releases it. Datums that are neither accepted nor dropped stay pending.
   *
   * @param turn the time limit
   */
  Result deliver(Batch batch, Turn turn) {
    try {
      return new OneBatch(turn).deliver(batch);
    } finally {
      buffer.release(batch);
    }
  }

  /** The delivery of one batch and of its parts. */
  private final class OneBatch {
    private final Turn turn;
    private int splits;
    private boolean splitsExhausted;
    private int refusalsInARow;
    private int tooLargeDatums;
    private boolean sizeRefused;
    private Optional<Batch> accepted = Optional.empty();
    private Optional<PutResult> failure = Optional.empty();

    /** The last answer that called the request of a single datum too large. */
    private Optional<PutResult> tooLarge = Optional.empty();

    OneBatch(Turn turn) {
      this.turn = turn;
    }

    /**
     * Keeps a single datum that is too large, because a proxy's limit is wrong, and sends the
     * others.
     */
    Result deliver(Batch batch) {
      boolean finished = all(batch);
      if (accepted.isPresent() && !sizeRefused) {
        mostAccepted = Math.min(MetricSink.MOST_DATUMS, 2 * mostAccepted);
      }
      return new Result(accepted, finished ? tooLarge : failure);
    }

    /** Returns false if the last answer requires a pause. */
    private boolean all(Batch batch) {
      if (batch.datums().size() > mostAccepted && !batch.isSingle()) {
        return halves(batch);
      }
      if (!turn.allowsRequest()) {
        // The batch stays pending until the next turn.
        return true;
      }
      PutResult answer = put(batch);
      return switch (answer.status()) {
        case ACCEPTED -> {
          count(batch.datums().size(), answer);
          buffer.acknowledge(batch);
          refusalsInARow = 0;
          accepted = Optional.of(batch);
          yield true;
        }
        case INVALID -> {
          // Before the first accepted request, the reason for "too old" can be a wrong clock.
          boolean tooOld = accepted.isPresent() && answer.code().equals(PutResult.TOO_OLD);
          if (tooOld && batch.minutes().size() == 1) {
            dropMinute(batch, answer);
            yield true;
          }
          yield batch.isSingle() ? refused(batch, answer) : split(batch, answer);
        }
        case RETRYABLE, UNAUTHORIZED -> false;
      };
    }

    private PutResult put(Batch batch) {
      Duration start = turn.passed().get();
      PutResult answer = sink.put(batch.namespace(), batch.datums(), turn.requestLimit());
      events.answered(answer.status(), turn.passed().get().minus(start));
      answered(answer, turn.now());
      if (answer.status() != Status.ACCEPTED) {
        failure = Optional.of(answer);
      }
      return answer;
    }

    private boolean split(Batch batch, PutResult answer) {
      if (isTooLarge(answer)) {
        logSplit(batch, answer, turn.now());
      }
      if (splits >= MOST_SPLITS) {
        tooLarge = isTooLarge(answer) ? Optional.of(answer) : tooLarge;
        logExhausted(answer);
      }
      int before = tooLargeDatums;
      boolean finished = halves(batch);
      // If one datum alone is too large, the answer says nothing about the number of datums.
      boolean tooMany = isTooLarge(answer) && tooLargeDatums == before;
      if (tooMany || !turn.allowsRequest()) {
        sizeRefused = true;
        mostAccepted = Math.min(mostAccepted, batch.datums().size() - 1);
      }
      return finished;
    }

    private void logExhausted(PutResult answer) {
      if (!splitsExhausted) {
        splitsExhausted = true;
        log.warn(
            "many parts of a request are {}; the rest of the request is sent again later",
            isTooLarge(answer) ? "too large" : "invalid");
      }
    }

    /** Sends both halves. After too many splits, the batch stays pending until the next turn. */
    private boolean halves(Batch batch) {
      if (splits >= MOST_SPLITS) {
        return true;
      }
      splits++;
      for (Batch half : batch.halves()) {
        if (!all(half)) {
          return false;
        }
      }
      return true;
    }

    private boolean refused(Batch single, PutResult answer) {
      if (isTooLarge(answer)) {
        tooLarge = Optional.of(answer);
        tooLargeDatums++;
      } else {
        drop(single, answer);
      }
      return ++refusalsInARow < MOST_REFUSALS_IN_A_ROW;
    }
  }

  /** Counts the datums. A receiver's number of rejected datums can be wrong. */
  private void count(int datums, PutResult answer) {
    int rejected = Math.max(0, Math.min(datums, answer.rejected()));
    events.sent(datums - rejected);
    if (rejected > 0) {
      events.dropped(DropReason.INVALID, rejected);
      log.warn(
          "{} accepted a request and rejected some of its datums: datums={} cause=\"{}\"",
          receiver.label(),
          rejected,
          answer.message());
    }
  }

  /** Drops all values of a minute at once, because all of them have the same age. */
  private void dropMinute(Batch batch, PutResult answer) {
    events.dropped(DropReason.TOO_OLD, batch.datums().size());
    buffer.acknowledge(batch);
    log.warn(
        "dropped a minute that is too old for {}: minute={} datums={} cause=\"{}\"",
        receiver.label(),
        batch.minutes().get(0).minute(),
        batch.datums().size(),
        answer.message());
  }

  private void drop(Batch single, PutResult answer) {
    events.dropped(DropReason.INVALID, single.datums().size());
    buffer.acknowledge(single);
    Datum datum = single.datums().get(0);
    log.warn(
        "dropped a datum that {} rejects: metric={} minute={} value={} dimensions={} cause=\"{}\"",
        receiver.label(),
        datum.metric(),
        datum.at(),
        datum.value(),
        datum.dimensions(),
        answer.message());
  }

  private synchronized void logSplit(Batch batch, PutResult answer, Instant now) {
    if (NodeSchedule.isLogDue(splitLoggedAt, now)) {
      splitLoggedAt = now;
      log.warn(
          "{} refuses the size of a request; the agent sends the request in smaller parts:"
              + " datums={} {} cause=\"{}\"",
          receiver.label(),
          batch.datums().size(),
          where,
          answer.message());
    }
  }

  private static boolean isTooLarge(PutResult answer) {
    return answer.code().equals(PutResult.TOO_LARGE);
  }
}
