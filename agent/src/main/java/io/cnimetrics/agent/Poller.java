package io.cnimetrics.agent;

import io.cnimetrics.catalog.Sampler;
import io.cnimetrics.catalog.Sampler.PollSamples;
import io.cnimetrics.catalog.SamplerState;
import io.cnimetrics.ipamd.Ipamd;
import io.cnimetrics.publish.MetricBuffer;
import io.cnimetrics.schedule.NodeSchedule;
import io.cnimetrics.snapshot.Instance;
import io.cnimetrics.snapshot.NodeSnapshot;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;

/** Polls ipamD at the times of the node's schedule and adds the samples to the buffer. */
final class Poller {
  /** The time limit of the final poll, and of the wait for a poll in progress before it. */
  private static final Duration LAST_POLL = Duration.ofSeconds(1);

  private final Ipamd ipamd;
  private final Sampler sampler;
  private final MetricBuffer buffer;
  private final NodeSchedule schedule;
  private final BiConsumer<NodeSnapshot, PollSamples> results;
  private final ReentrantLock polling = new ReentrantLock();
  private volatile Instance instance = Instance.UNKNOWN;
  private volatile boolean stopping;

  /**
   * @param results receives the result of each poll, except the final poll and an aborted poll
   */
  Poller(
      Ipamd ipamd,
      Sampler sampler,
      MetricBuffer buffer,
      NodeSchedule schedule,
      BiConsumer<NodeSnapshot, PollSamples> results) {
    this.ipamd = ipamd;
    this.sampler = sampler;
    this.buffer = buffer;
    this.schedule = schedule;
    this.results = results;
  }

  void setInstance(Instance known) {
    instance = known;
  }

  /** Polls now and returns the time of the next poll. */
  Instant run(Instant now) {
    polling.lock();
    try {
      if (!stopping) {
        poll(now);
      }
    } finally {
      polling.unlock();
    }
    return next(now);
  }

  /**
   * Skips a scheduled poll that is less than half an interval away, because ipamD logs each poll.
   * Never skips the only poll of a minute.
   */
  private Instant next(Instant polledAt) {
    Instant next = schedule.nextPoll(polledAt.plus(schedule.pollInterval().dividedBy(2)));
    Instant endOfNextMinute = polledAt.truncatedTo(ChronoUnit.MINUTES).plusSeconds(120);
    return next.isBefore(endOfNextMinute) ? next : schedule.nextPoll(polledAt);
  }

  private void poll(Instant now) {
    buffer.pollStarts(now);
    try {
      NodeSnapshot snapshot = ipamd.read().on(instance, List.of());
      if (stopping) {
        // The poll was aborted, so its result says nothing about ipamD.
        return;
      }
      SamplerState before = buffer.history();
      PollSamples reading = sampler.read(snapshot, before);
      buffer.polled(snapshot.takenAt(), before, reading);
      results.accept(snapshot.on(instance, reading.problem().stream().toList()), reading);
    } finally {
      buffer.pollEnded();
    }
  }

  /** Polls a last time, within a short limit. If this poll fails, the buffer does not change. */
  void finalPoll() {
    stopping = true;
    ipamd.abort();
    try {
      if (polling.tryLock(LAST_POLL.toMillis(), TimeUnit.MILLISECONDS)) {
        try {
          pollFinal();
        } finally {
          polling.unlock();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void pollFinal() {
    NodeSnapshot snapshot = ipamd.read(LAST_POLL).on(instance, List.of());
    if (snapshot.pool().isPresent() || snapshot.metrics().isPresent()) {
      SamplerState before = buffer.history();
      buffer.polled(snapshot.takenAt(), before, sampler.readFinal(snapshot, before));
    }
  }
}
