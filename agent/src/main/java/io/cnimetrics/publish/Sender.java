package io.cnimetrics.publish;

import io.cnimetrics.publish.MetricSink.Datum;
import io.cnimetrics.publish.MetricSink.PutResult;
import io.cnimetrics.publish.MetricSink.PutResult.Status;
import io.cnimetrics.publish.SendEvents.DropReason;
import io.cnimetrics.schedule.NodeSchedule;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the pending minutes of the buffer at the times of the schedule. Urgent minutes are sent
 * earlier. After a failure the sender retries with growing pauses.
 *
 * <p>A call of {@link #turn} sends as many requests as the newest minutes need, and fills these
 * requests with older minutes. Therefore a call sends no more requests after an outage than before
 * it. Only behind a proxy that limits the size of requests, each of them can need up to 40 splits.
 * A call also ends after {@link #TURN_LIMIT}, and the next call continues.
 */
public final class Sender {
  public static final Duration REQUEST_LIMIT = Duration.ofSeconds(10);

  /**
   * The time limit of a turn. Two senders, a lookup of the node's identity and the pause of a
   * minute before them must end within the three minutes after which {@code /livez} fails.
   */
  private static final Duration TURN_LIMIT = Duration.ofSeconds(40);

  /**
   * The shortest time limit of a request. With a shorter limit the answer would often be lost, and
   * the datums would arrive twice.
   */
  private static final Duration SHORTEST_REQUEST = Duration.ofMillis(500);

  /** The most splits of a request. One invalid datum in 1,000 needs about 10 splits. */
  private static final int MOST_SPLITS = 40;

  /**
   * After this number of refused datums in a row, the sender pauses, because a wrong clock is the
   * probable cause.
   */
  private static final int MOST_REFUSALS_IN_A_ROW = 3;

  /** Planned pauses are below this limit. */
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(10);

  private static final Logger log = LoggerFactory.getLogger(Sender.class);

  private final MetricBuffer buffer;
  private final MetricSink sink;
  private final NodeSchedule schedule;
  private final SendEvents events;
  private final Backoff backoff;
  private final Receiver receiver;
  private final Map.Entry<String, String> where;
  private final LongSupplier nanoTime;
  private Instant due;
  private Optional<PutResult> failure = Optional.empty();
  private Answers answers = new Answers(Optional.empty(), Optional.empty());
  private Instant loggedAt = Instant.MIN;
  private Instant splitLoggedAt = Instant.MIN;

  /**
   * The most datums in a request, because a proxy can limit the size. Without this number, half of
   * all requests would be refused. It also falls if a turn ends before it has found an invalid
   * datum, so that the next turn continues with smaller parts. It doubles with each batch that is
   * sent without such a refusal, because the limit can be removed.
   */
  private volatile int mostAccepted = MetricSink.MOST_DATUMS;

  /**
   * @param receiver the receiver whose pending minutes this sender sends
   * @param where the region or the URL of the receiver, as a key and a value for log messages
   * @param nanoTime a monotonic clock in nanoseconds, such as {@link System#nanoTime}
   * @param now the current time. The first request is sent at the next time of the schedule
   */
  public Sender(
      MetricBuffer buffer,
      MetricSink sink,
      Receiver receiver,
      NodeSchedule schedule,
      SendEvents events,
      RandomGenerator random,
      Map.Entry<String, String> where,
      LongSupplier nanoTime,
      Instant now) {
    this.buffer = buffer;
    this.receiver = receiver;
    this.sink = sink;
    this.schedule = schedule;
    this.events = events;
    this.backoff = new Backoff(random);
    this.where = where;
    this.nanoTime = nanoTime;
    this.due = schedule.nextSend(now);
  }

  /**
   * The last answers of the receiver.
   *
   * @param accepted when the last accepted request ended
   * @param failure the last request that was not accepted
   */
  public record Answers(Optional<Instant> accepted, Optional<Failure> failure) {}

  /** A request that was not accepted, and when it ended. */
  public record Failure(Instant at, PutResult result) {}

  /**
   * Sends pending minutes if a send is due.
   *
   * @return the time of the next call. An earlier call does no harm
   */
  public Instant turn(Instant now) {
    if (!NodeSchedule.isDue(next(), LONGEST_PAUSE, now)) {
      return nextTurn(now);
    }
    Turn turn = new Turn(now, stopwatch(), TURN_LIMIT, REQUEST_LIMIT);
    due = send(turn) ? nextRegular(turn.now()) : due;
    return nextTurn(turn.now());
  }

  /** Returns the time since this call, by the monotonic clock. */
  private Supplier<Duration> stopwatch() {
    long start = nanoTime.getAsLong();
    return () -> Duration.ofNanos(nanoTime.getAsLong() - start);
  }

  /** A turn or a flush: its time limit, and a clock that advances during its requests. */
  private record Turn(
      Instant start, Supplier<Duration> passed, Duration limit, Duration shortestRequest) {
    /** The current time. A pause starts at the end of a request. */
    Instant now() {
      return start.plus(passed.get());
    }

    boolean allowsRequest() {
      return left().compareTo(shortestRequest) >= 0;
    }

    Duration requestLimit() {
      Duration longest = Collections.min(List.of(left(), REQUEST_LIMIT));
      return Collections.max(List.of(longest, shortestRequest));
    }

    private Duration left() {
      return limit.minus(passed.get());
    }
  }

  /**
   * After a failure, the next call is at the time of the retry. Otherwise it is in the next minute
   * at the latest, because a minute can end with an alert.
   */
  private Instant nextTurn(Instant now) {
    return failure.isPresent() ? due : Collections.min(List.of(next(), schedule.nextMinute(now)));
  }

  private Instant next() {
    if (failure.isPresent()) {
      return due;
    }
    Instant urgent = buffer.urgentMinute(receiver).map(schedule::urgentSend).orElse(due);
    return Collections.min(List.of(urgent, due));
  }

  /** While the buffer has minutes to send, the node sends once a minute, at its offset. */
  private Instant nextRegular(Instant now) {
    return buffer.hasSendable(receiver) ? schedule.nextMinute(now) : schedule.nextSend(now);
  }

  private boolean send(Turn turn) {
    buffer.thin(receiver, schedule);
    int requests = buffer.requestsForNewest(receiver, (int) schedule.publishInterval().toMinutes());
    for (int i = 0; i < requests && turn.allowsRequest(); i++) {
      Optional<Batch> batch = buffer.take(receiver, turn.now());
      if (batch.isEmpty()) {
        break;
      }
      if (!deliver(batch.get(), turn)) {
        return false;
      }
    }
    buffer.urgentSent(receiver);
    return true;
  }

  /**
   * Sends the pending minutes of an agent that stops, the newest minute first. Ends early if no
   * time is left or a request fails. Another thread may be blocked in {@link #turn} during this
   * call.
   */
  public void flush(Instant now, Duration limit) {
    Turn turn = new Turn(now, stopwatch(), limit, SHORTEST_REQUEST);
    boolean more = true;
    while (more && turn.allowsRequest()) {
      Optional<Batch> batch = buffer.take(receiver, turn.now());
      more = batch.isPresent() && deliver(batch.get(), turn);
    }
  }

  private boolean deliver(Batch batch, Turn turn) {
    try {
      return new Delivery(turn).whole(batch);
    } finally {
      buffer.release(batch);
    }
  }

  /** The delivery of one batch. A batch with invalid datums is split to find these datums. */
  private final class Delivery {
    private final Turn turn;
    private int splits;
    private int refusalsInARow;

    /** The last answer that called the request of a single datum too large. */
    private Optional<PutResult> tooLarge = Optional.empty();

    private int tooLargeDatums;
    private boolean sizeRefused;

    /**
     * False until a batch is accepted. Until then the reason for "too old" can be a wrong clock.
     */
    private boolean newestAccepted;

    Delivery(Turn turn) {
      this.turn = turn;
    }

    /**
     * Sends a whole batch. Returns false if the sender must pause before the next request. Keeps a
     * single datum that is too large, because a proxy's limit is wrong, and sends the others.
     */
    boolean whole(Batch batch) {
      boolean sent = all(batch);
      if (newestAccepted && !sizeRefused) {
        mostAccepted = Math.min(MetricSink.MOST_DATUMS, 2 * mostAccepted);
      }
      tooLarge.ifPresent(answer -> failed(answer, turn.now()));
      return sent && tooLarge.isEmpty();
    }

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
          accepted(batch.datums().size(), answer);
          buffer.acknowledge(batch);
          refusalsInARow = 0;
          newestAccepted = true;
          succeeded(batch, turn.now());
          yield true;
        }
        case INVALID -> {
          boolean tooOld = newestAccepted && answer.code().equals(PutResult.TOO_OLD);
          if (tooOld && batch.minutes().size() == 1) {
            yield droppedMinute(batch, answer);
          }
          yield batch.isSingle() ? refused(batch, answer) : split(batch, answer);
        }
        case RETRYABLE, UNAUTHORIZED -> {
          failed(answer, turn.now());
          yield false;
        }
      };
    }

    /** Counts the datums. A receiver's number of rejected datums can be wrong. */
    private void accepted(int datums, PutResult answer) {
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

    private PutResult put(Batch batch) {
      Supplier<Duration> took = stopwatch();
      PutResult answer = sink.put(batch.namespace(), batch.datums(), turn.requestLimit());
      events.answered(answer.status(), took.get());
      if (answer.status() != Status.ACCEPTED) {
        notAccepted(answer, turn.now());
      }
      return answer;
    }

    private boolean split(Batch batch, PutResult answer) {
      if (isTooLarge(answer)) {
        logSplit(batch, answer, turn.now());
      }
      if (splits >= MOST_SPLITS) {
        log.warn(
            "many parts of a request are {}; the rest of the request is sent again later",
            isTooLarge(answer) ? "too large" : "invalid");
        tooLarge = isTooLarge(answer) ? Optional.of(answer) : tooLarge;
      }
      int before = tooLargeDatums;
      boolean sent = halves(batch);
      // If one datum alone is too large, the answer says nothing about the number of datums.
      boolean tooMany = isTooLarge(answer) && tooLargeDatums == before;
      if (tooMany || !turn.allowsRequest()) {
        sizeRefused = true;
        mostAccepted = Math.min(mostAccepted, batch.datums().size() - 1);
      }
      return sent;
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

    /** Drops all values of a minute at once, because all of them have the same age. */
    private boolean droppedMinute(Batch batch, PutResult answer) {
      events.dropped(DropReason.TOO_OLD, batch.datums().size());
      buffer.acknowledge(batch);
      log.warn(
          "dropped a minute that is too old for {}: minute={} datums={} cause=\"{}\"",
          receiver.label(),
          batch.minutes().get(0).minute(),
          batch.datums().size(),
          answer.message());
      return true;
    }

    private boolean refused(Batch batch, PutResult answer) {
      if (isTooLarge(answer)) {
        tooLarge = Optional.of(answer);
        tooLargeDatums++;
        return ++refusalsInARow < MOST_REFUSALS_IN_A_ROW;
      }
      return dropped(batch, answer);
    }

    private boolean dropped(Batch batch, PutResult answer) {
      events.dropped(DropReason.INVALID, batch.datums().size());
      buffer.acknowledge(batch);
      Datum datum = batch.datums().get(0);
      log.warn(
          "dropped a datum that {} rejects: metric={} minute={} value={} dimensions={}"
              + " cause=\"{}\"",
          receiver.label(),
          datum.metric(),
          datum.at(),
          datum.value(),
          datum.dimensions(),
          answer.message());
      if (++refusalsInARow < MOST_REFUSALS_IN_A_ROW) {
        return true;
      }
      failed(answer, turn.now());
      return false;
    }
  }

  private static boolean isTooLarge(PutResult answer) {
    return answer.code().equals(PutResult.TOO_LARGE);
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

  private synchronized void notAccepted(PutResult answer, Instant now) {
    answers = new Answers(answers.accepted(), Optional.of(new Failure(now, answer)));
  }

  public synchronized Answers answers() {
    return answers;
  }

  private synchronized void succeeded(Batch batch, Instant now) {
    if (answers.accepted().isEmpty()) {
      log.info(
          batch.namespace().isEmpty()
              ? "sending to {}: {}{} dimensions={} datums={}"
              : "sending to {}: {} namespace={} dimensions={} datums={}",
          receiver.label(),
          where,
          batch.namespace(),
          batch.datums().get(0).dimensions(),
          batch.datums().size());
    } else if (failure.isPresent()) {
      log.info(
          "sending to {} again: failures={} waiting_minutes={}",
          receiver.label(),
          backoff.failures(),
          buffer.depth(receiver).minutes());
    }
    answers = new Answers(Optional.of(now), answers.failure());
    failure = Optional.empty();
    backoff.reset();
    loggedAt = now;
  }

  private synchronized void failed(PutResult answer, Instant now) {
    Duration pause = answer.status() == Status.UNAUTHORIZED ? backoff.nextSlow() : backoff.next();
    Duration asked = answer.retryAfter().orElse(Duration.ZERO);
    due = now.plus(asked).plus(pause);
    if (!failure.map(PutResult::status).equals(Optional.of(answer.status()))
        || NodeSchedule.isLogDue(loggedAt, now)) {
      loggedAt = now;
      log.warn(
          "{} request failed; the datums are kept for a retry: outcome={}"
              + " waiting_minutes={} {} cause=\"{}\"",
          receiver.label(),
          answer.status(),
          buffer.depth(receiver).minutes(),
          where,
          answer.message());
    }
    failure = Optional.of(answer);
  }

  /** The message of the last request, if it was unauthorized and no request was ever accepted. */
  public synchronized Optional<String> refusal() {
    return answers.accepted().isPresent()
        ? Optional.empty()
        : failure.filter(answer -> answer.status() == Status.UNAUTHORIZED).map(PutResult::message);
  }
}
