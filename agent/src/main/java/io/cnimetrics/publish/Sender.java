package io.cnimetrics.publish;

import io.cnimetrics.publish.MetricSink.Datum;
import io.cnimetrics.publish.MetricSink.PutResult;
import io.cnimetrics.publish.MetricSink.PutResult.Status;
import io.cnimetrics.publish.SendEvents.DropReason;
import io.cnimetrics.schedule.NodeSchedule;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the minutes that wait in the buffer: at the times of the schedule, urgent ones earlier.
 * After a failure it retries with growing pauses.
 *
 * <p>A turn sends no more requests than the newest minutes need, and fills them with the backlog of
 * an outage. So a recovering fleet sends no more requests than a healthy one.
 */
public final class Sender {
  /** The time limit of a request. */
  public static final Duration REQUEST_LIMIT = Duration.ofSeconds(10);

  /** More than enough to find one invalid datum in a thousand; a turn must end. */
  private static final int MOST_SPLITS = 40;

  /** If this many in a row are invalid, the cause is probably not the datums but a wrong clock. */
  private static final int MOST_DROPS_IN_A_ROW = 3;

  /** A lasting failure is logged again after this time. */
  private static final Duration LOG_AGAIN = Duration.ofHours(1);

  /** No real pause is longer: a longer one means that the clock was set back. */
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(10);

  /** Upper bound for Retry-After: a bogus value must not silence the agent. */
  private static final Duration MOST_RETRY_AFTER = Duration.ofMinutes(5);

  private static final Logger log = LoggerFactory.getLogger(Sender.class);

  private final MetricBuffer buffer;
  private final MetricSink sink;
  private final NodeSchedule schedule;
  private final SendEvents events;
  private final Backoff backoff;
  private final String region;
  private Instant due;
  private boolean everSent;
  private Optional<PutResult> failure = Optional.empty();
  private Instant loggedAt = Instant.MIN;

  /**
   * @param region where the sink sends to, for the log
   * @param now regular sends start at the first time of the schedule after this
   */
  public Sender(
      MetricBuffer buffer,
      MetricSink sink,
      NodeSchedule schedule,
      SendEvents events,
      RandomGenerator random,
      String region,
      Instant now) {
    this.buffer = buffer;
    this.sink = sink;
    this.schedule = schedule;
    this.events = events;
    this.backoff = new Backoff(random);
    this.region = region;
    this.due = schedule.nextSend(now);
  }

  /**
   * Sends what is due.
   *
   * @return when the next turn is due; an earlier turn does no harm
   */
  public Instant turn(Instant now) {
    Instant next = next();
    // After the clock was set back, sending must not stop until the clock has caught up.
    boolean clockWentBack = next.isAfter(now.plus(LONGEST_PAUSE));
    if (now.isBefore(next) && !clockWentBack) {
      return nextTurn(now);
    }
    InstantSource clock = clockFrom(now);
    due = send(clock) ? nextRegular(clock.instant()) : due;
    return nextTurn(clock.instant());
  }

  /** A clock that advances during requests: pauses count from the end of a request. */
  private static InstantSource clockFrom(Instant now) {
    long start = System.nanoTime();
    return () -> now.plusNanos(System.nanoTime() - start);
  }

  /**
   * An alert may appear at the end of each minute, so each minute has a turn at the node's offset.
   */
  private Instant nextTurn(Instant now) {
    return failure.isPresent() ? due : Collections.min(List.of(next(), schedule.nextMinute(now)));
  }

  private Instant next() {
    if (failure.isPresent()) {
      return due;
    }
    Instant urgent = buffer.urgentMinute().map(schedule::urgentSend).orElse(due);
    return Collections.min(List.of(urgent, due));
  }

  /** While a backlog remains, the node sends each minute, at the same offset. */
  private Instant nextRegular(Instant now) {
    return buffer.hasSendable() ? schedule.nextMinute(now) : schedule.nextSend(now);
  }

  private boolean send(InstantSource clock) {
    int requests = buffer.requestsForNewest((int) schedule.publishInterval().toMinutes());
    for (int i = 0; i < requests; i++) {
      Optional<Batch> batch = buffer.take(clock.instant());
      if (batch.isEmpty()) {
        break;
      }
      if (!deliver(batch.get(), () -> REQUEST_LIMIT, clock)) {
        return false;
      }
    }
    buffer.urgentSent();
    return true;
  }

  /**
   * Sends all that waits, the newest first, until the time is used up or a request fails; for an
   * agent that stops. May run while a turn hangs.
   *
   * @param left the remaining time
   */
  public void flush(Instant now, Supplier<Duration> left) {
    InstantSource clock = clockFrom(now);
    boolean more = true;
    while (more && left.get().compareTo(Duration.ZERO) > 0) {
      Optional<Batch> batch = buffer.take(clock.instant());
      more = batch.isPresent() && deliver(batch.get(), () -> shorter(left.get()), clock);
    }
  }

  private static Duration shorter(Duration left) {
    Duration positive = Collections.max(List.of(left, Duration.ofMillis(1)));
    return Collections.min(List.of(positive, REQUEST_LIMIT));
  }

  private boolean deliver(Batch batch, Supplier<Duration> limit, InstantSource clock) {
    try {
      return new Delivery(limit, clock).all(batch);
    } finally {
      buffer.release(batch);
    }
  }

  /** The delivery of one batch, split into several requests to find invalid datums. */
  private final class Delivery {
    private final Supplier<Duration> limit;
    private final InstantSource clock;
    private int splits;
    private int dropsInARow;

    Delivery(Supplier<Duration> limit, InstantSource clock) {
      this.limit = limit;
      this.clock = clock;
    }

    /** Returns false if some of it was not sent because of the service, not because of a datum. */
    boolean all(Batch batch) {
      PutResult answer = put(batch);
      return switch (answer.status()) {
        case ACCEPTED -> {
          events.sent(batch.datums().size());
          buffer.acknowledge(batch);
          dropsInARow = 0;
          succeeded(batch, clock.instant());
          yield true;
        }
        case INVALID -> batch.isSingle() ? dropped(batch, answer) : split(batch);
        case RETRYABLE, UNAUTHORIZED -> {
          failed(answer, clock.instant());
          yield false;
        }
      };
    }

    private PutResult put(Batch batch) {
      long start = System.nanoTime();
      PutResult answer = sink.put(batch.namespace(), batch.datums(), limit.get());
      events.answered(answer.status(), Duration.ofNanos(System.nanoTime() - start));
      return answer;
    }

    private boolean split(Batch batch) {
      if (++splits > MOST_SPLITS) {
        log.warn("many datums are invalid: the rest is retried in the next turn");
        return true;
      }
      for (Batch half : batch.halves()) {
        if (!all(half)) {
          return false;
        }
      }
      return true;
    }

    private boolean dropped(Batch batch, PutResult answer) {
      events.dropped(DropReason.INVALID, batch.datums().size());
      buffer.acknowledge(batch);
      Datum datum = batch.datums().get(0);
      log.warn(
          "dropped a datum that CloudWatch rejects: metric={} minute={} value={} dimensions={}"
              + " cause=\"{}\"",
          datum.metric(),
          datum.at(),
          datum.value(),
          datum.dimensions(),
          answer.message());
      if (++dropsInARow < MOST_DROPS_IN_A_ROW) {
        return true;
      }
      failed(answer, clock.instant());
      return false;
    }
  }

  private synchronized void succeeded(Batch batch, Instant now) {
    if (!everSent) {
      everSent = true;
      log.info(
          "sending to CloudWatch: region={} namespace={} dimensions={} datums={}",
          region,
          batch.namespace(),
          batch.datums().get(0).dimensions(),
          batch.datums().size());
    } else if (failure.isPresent()) {
      log.info(
          "sending to CloudWatch again: failures={} waiting_minutes={}",
          backoff.failures(),
          buffer.depth().minutes());
    }
    failure = Optional.empty();
    backoff.reset();
    loggedAt = now;
  }

  private synchronized void failed(PutResult answer, Instant now) {
    Duration pause = answer.status() == Status.UNAUTHORIZED ? backoff.nextSlow() : backoff.next();
    Duration asked = answer.retryAfter().orElse(Duration.ZERO);
    due = now.plus(Collections.min(List.of(asked, MOST_RETRY_AFTER))).plus(pause);
    boolean loggedLongAgo = !loggedAt.plus(LOG_AGAIN).isAfter(now);
    if (!failure.map(PutResult::status).equals(Optional.of(answer.status())) || loggedLongAgo) {
      loggedAt = now;
      log.warn(
          "CloudWatch request failed; datums are kept and will be retried: outcome={}"
              + " waiting_minutes={} region={} cause=\"{}\"",
          answer.status(),
          buffer.depth().minutes(),
          region,
          answer.message());
    }
    failure = Optional.of(answer);
  }

  /** Whether CloudWatch has ever accepted a request. */
  public synchronized boolean hasSent() {
    return everSent;
  }

  /** Why nothing was ever sent, if permissions are missing or credentials are refused. */
  public synchronized Optional<String> refusal() {
    return everSent
        ? Optional.empty()
        : failure.filter(answer -> answer.status() == Status.UNAUTHORIZED).map(PutResult::message);
  }
}
