package io.cnimetrics.publish;

import io.cnimetrics.publish.PutResult.Status;
import io.cnimetrics.schedule.NodeSchedule;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends what waits in the ledger: when the schedule says, or early what is urgent, and again with
 * growing pauses what did not get through.
 *
 * <p>A turn has no more requests than the newest minutes need. What piled up in an outage fills
 * them up, so that a fleet that recovers asks no more of CloudWatch than one at work.
 */
public final class Sender {
  /** The most that a request may take. */
  public static final Duration REQUEST_LIMIT = Duration.ofSeconds(10);

  /** Finds one bad datum in a thousand with room to spare; a turn must end. */
  private static final int MOST_SPLITS = 40;

  /** If as many are invalid and none is not, it is not the datums: the clock may be hours off. */
  private static final int MOST_DROPS_IN_A_ROW = 3;

  /** A failure that lasts is told again after this much time. */
  private static final Duration TELL_AGAIN = Duration.ofHours(1);

  /** No pause is as long: if one seems to be, the clock was set back. */
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(10);

  /** No service asks for more in earnest, and a mistake must not silence us. */
  private static final Duration MOST_RETRY_AFTER = Duration.ofMinutes(5);

  private static final Duration MINUTE = Duration.ofMinutes(1);
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
  private Instant toldAt = Instant.MIN;

  /**
   * @param region where the sink sends to; only told
   * @param now nothing regular is sent before the first time of the schedule after this
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
   * @return when to come again; earlier does no harm
   */
  public Instant turn(Instant now) {
    Instant next = next();
    // A clock that was set back must not keep us from sending until it has caught up.
    boolean clockWentBack = next.isAfter(now.plus(LONGEST_PAUSE));
    if (now.isBefore(next) && !clockWentBack) {
      return comeAgain(now);
    }
    InstantSource clock = goingOnFrom(now);
    due = send(clock) ? nextRegular(clock.instant()) : due;
    return comeAgain(clock.instant());
  }

  /** A request takes its time, and pauses are counted from its end. */
  private static InstantSource goingOnFrom(Instant now) {
    long start = System.nanoTime();
    return () -> now.plusNanos(System.nanoTime() - start);
  }

  /** Trouble shows when its minute has ended: whoever comes at the offset finds it in time. */
  private Instant comeAgain(Instant now) {
    return failure.isPresent() ? due : earlier(next(), eachMinute(now));
  }

  private static Instant earlier(Instant one, Instant other) {
    return one.isBefore(other) ? one : other;
  }

  private Instant next() {
    if (failure.isPresent()) {
      return due;
    } else if (buffer.isDueAtOnce()) {
      return Instant.MIN;
    }
    return buffer
        .troubledMinute()
        .map(schedule::urgentSend)
        .filter(urgent -> urgent.isBefore(due))
        .orElse(due);
  }

  /** While a backlog is left each minute is used, at the same offset. */
  private Instant nextRegular(Instant now) {
    return buffer.sendable() > 0 ? eachMinute(now) : schedule.nextSend(now);
  }

  private Instant eachMinute(Instant now) {
    Instant next = schedule.nextSend(now);
    while (next.minus(MINUTE).isAfter(now)) {
      next = next.minus(MINUTE);
    }
    return next;
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
   * Sends all that waits, the newest first, as far as the time goes and nothing fails; for an agent
   * that stops. May run beside a turn that hangs.
   *
   * @param left what is left of the time
   */
  public void flush(Instant now, Supplier<Duration> left) {
    InstantSource clock = goingOnFrom(now);
    boolean goesOn = true;
    while (goesOn && left.get().compareTo(Duration.ZERO) > 0) {
      Optional<Batch> batch = buffer.take(clock.instant());
      goesOn = batch.isPresent() && deliver(batch.get(), () -> shorter(left.get()), clock);
    }
  }

  private static Duration shorter(Duration left) {
    Duration atLeast = Duration.ofMillis(1).compareTo(left) > 0 ? Duration.ofMillis(1) : left;
    return atLeast.compareTo(REQUEST_LIMIT) < 0 ? atLeast : REQUEST_LIMIT;
  }

  private boolean deliver(Batch batch, Supplier<Duration> limit, InstantSource clock) {
    try {
      return new Delivery(limit, clock).all(batch);
    } finally {
      buffer.release(batch);
    }
  }

  /** The way of one batch, in as many requests as it takes to find what is invalid. */
  private final class Delivery {
    private final Supplier<Duration> limit;
    private final InstantSource clock;
    private int splits;
    private int dropsInARow;

    Delivery(Supplier<Duration> limit, InstantSource clock) {
      this.limit = limit;
      this.clock = clock;
    }

    /** False if the service, not a datum, kept some of it from being sent. */
    boolean all(Batch batch) {
      PutResult answer = put(batch);
      return switch (answer.status()) {
        case ACCEPTED -> {
          buffer.sent(batch);
          dropsInARow = 0;
          succeeded(batch, clock.instant());
          yield true;
        }
        case INVALID -> batch.entries().size() == 1 ? dropped(batch, answer) : split(batch);
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
        log.warn("many datums are invalid: the rest is tried in the next turn");
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
      buffer.drop(batch, DropReason.INVALID);
      Datum datum = batch.datums().get(0);
      log.warn(
          "gave up a datum that CloudWatch refuses: metric={} minute={} value={} dimensions={}"
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
    toldAt = now;
  }

  private synchronized void failed(PutResult answer, Instant now) {
    Duration pause = answer.status() == Status.UNAUTHORIZED ? backoff.nextSlow() : backoff.next();
    Duration asked = answer.retryAfter().orElse(Duration.ZERO);
    due = now.plus(asked.compareTo(MOST_RETRY_AFTER) < 0 ? asked : MOST_RETRY_AFTER).plus(pause);
    boolean toldLongAgo = !toldAt.plus(TELL_AGAIN).isAfter(now);
    if (!failure.map(PutResult::status).equals(Optional.of(answer.status())) || toldLongAgo) {
      toldAt = now;
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

  /** Whether CloudWatch has ever taken a request. */
  public synchronized boolean hasSent() {
    return everSent;
  }

  /** Why nothing was ever sent, if rights or credentials are refused. */
  public synchronized Optional<String> refusal() {
    return everSent
        ? Optional.empty()
        : failure.filter(answer -> answer.status() == Status.UNAUTHORIZED).map(PutResult::message);
  }
}
