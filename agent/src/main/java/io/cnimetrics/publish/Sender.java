package io.cnimetrics.publish;

import io.cnimetrics.publish.MetricSink.PutResult;
import io.cnimetrics.publish.MetricSink.PutResult.Status;
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
 * it. Behind a proxy that limits the size of requests, each of these requests can need up to 40
 * splits. A call also ends after {@link #TURN_LIMIT}, and the next call continues.
 */
public final class Sender {
  private static final Duration REQUEST_LIMIT = Duration.ofSeconds(10);

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

  /** Planned pauses are below this limit. */
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(10);

  private static final Logger log = LoggerFactory.getLogger(Sender.class);

  private final MetricBuffer buffer;
  private final NodeSchedule schedule;
  private final Backoff backoff;
  private final Receiver receiver;
  private final Delivery delivery;
  private final Map.Entry<String, String> where;
  private final LongSupplier nanoTime;
  private Instant due;
  private Optional<PutResult> failure = Optional.empty();
  private int failures;
  private boolean accepted;
  private Instant loggedAt = Instant.MIN;

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
    this.delivery = new Delivery(buffer, sink, receiver, events, where);
    this.schedule = schedule;
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
  record Turn(Instant start, Supplier<Duration> passed, Duration limit, Duration shortestRequest) {
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
    int minutes = (int) schedule.publishInterval().toMinutes();
    boolean finished = send(turn, buffer.requestsForNewest(receiver, minutes));
    if (finished) {
      buffer.urgentSent(receiver);
    }
    return finished;
  }

  /**
   * Sends the pending minutes of an agent that stops, the newest minute first. Ends early if no
   * time is left or a request fails. Another thread may be blocked in {@link #turn} during this
   * call.
   */
  public void flush(Instant now, Duration limit) {
    send(new Turn(now, stopwatch(), limit, SHORTEST_REQUEST), Integer.MAX_VALUE);
  }

  /** Sends up to this number of batches. Returns false if the sender must pause. */
  private boolean send(Turn turn, int batches) {
    boolean some = false;
    for (int i = 0; i < batches && turn.allowsRequest(); i++) {
      Optional<Batch> batch = buffer.take(receiver, turn.now());
      if (batch.isEmpty()) {
        break;
      }
      Delivery.Result result = delivery.deliver(batch.get(), turn);
      result.accepted().ifPresent(this::accepted);
      if (result.pause().isPresent()) {
        failed(result.pause().get(), turn.now());
        return false;
      }
      some |= result.accepted().isPresent();
    }
    if (some) {
      succeeded();
    }
    return true;
  }

  public Answers answers() {
    return delivery.answers();
  }

  private synchronized void accepted(Batch batch) {
    backoff.reset();
    if (!accepted) {
      accepted = true;
      failure = Optional.empty();
      logFirst(batch);
    }
  }

  private void logFirst(Batch accepted) {
    log.info(
        accepted.namespace().isEmpty()
            ? "sending to {}: {}{} dimensions={} datums={}"
            : "sending to {}: {} namespace={} dimensions={} datums={}",
        receiver.label(),
        where,
        accepted.namespace(),
        accepted.datums().get(0).dimensions(),
        accepted.datums().size());
  }

  private synchronized void succeeded() {
    if (failure.isPresent()) {
      log.info(
          "sending to {} again: failures={} waiting_minutes={}",
          receiver.label(),
          failures,
          buffer.depth(receiver).minutes());
    }
    failure = Optional.empty();
    failures = 0;
  }

  private synchronized void failed(PutResult answer, Instant now) {
    Duration pause = answer.status() == Status.UNAUTHORIZED ? backoff.nextSlow() : backoff.next();
    Duration asked = answer.retryAfter().orElse(Duration.ZERO);
    due = now.plus(asked).plus(pause);
    failures++;
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
    return answers().accepted().isPresent()
        ? Optional.empty()
        : failure.filter(answer -> answer.status() == Status.UNAUTHORIZED).map(PutResult::message);
  }
}
