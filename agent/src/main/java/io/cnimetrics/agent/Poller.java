package io.cnimetrics.agent;

import io.cnimetrics.catalog.History;
import io.cnimetrics.catalog.Reading;
import io.cnimetrics.catalog.Sampler;
import io.cnimetrics.publish.Ledger;
import io.cnimetrics.schedule.NodeSchedule;
import io.cnimetrics.snapshot.Instance;
import io.cnimetrics.snapshot.NodeSnapshot;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;

/** Polls ipamD at the node's times, and puts what it tells into the ledger. */
final class Poller implements Loop.Turn {
  /** What the last poll of an agent that stops may take, and how long it may wait for its turn. */
  private static final Duration LAST_POLL = Duration.ofSeconds(1);

  private final Ipamd ipamd;
  private final Sampler sampler;
  private final Ledger ledger;
  private final NodeSchedule schedule;
  private final BiConsumer<NodeSnapshot, Reading> results;
  private final ReentrantLock polling = new ReentrantLock();
  private volatile Instance instance = Instance.UNKNOWN;
  private volatile boolean stopping;

  /**
   * @param results is told of each poll that counts
   */
  Poller(
      Ipamd ipamd,
      Sampler sampler,
      Ledger ledger,
      NodeSchedule schedule,
      BiConsumer<NodeSnapshot, Reading> results) {
    this.ipamd = ipamd;
    this.sampler = sampler;
    this.ledger = ledger;
    this.schedule = schedule;
    this.results = results;
  }

  /** Says what has been learnt of the instance. */
  void on(Instance known) {
    instance = known;
  }

  @Override
  public Instant take(Instant now) {
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
   * A poll that is late is not made up for, and none comes soon after another, because ipamD logs
   * each; unless a whole minute would go without.
   */
  private Instant next(Instant polledAt) {
    Instant next = schedule.nextPoll(polledAt.plus(schedule.pollInterval().dividedBy(2)));
    return minute(next) > minute(polledAt) + 1 ? schedule.nextPoll(polledAt) : next;
  }

  /** Counted from 1970. */
  static long minute(Instant at) {
    return Math.floorDiv(at.getEpochSecond(), 60);
  }

  private void poll(Instant now) {
    ledger.pollStarts(now);
    try {
      NodeSnapshot snapshot = ipamd.read().on(instance, List.of());
      if (stopping) {
        // Aborted: it says nothing of ipamD.
        return;
      }
      History before = ledger.history();
      Reading reading = sampler.read(snapshot, before);
      ledger.polled(snapshot.takenAt(), before, reading);
      results.accept(snapshot, reading);
    } finally {
      ledger.pollEnded();
    }
  }

  /** Polls a last time, quickly; no other poll follows. What fails then adds nothing. */
  void last() {
    stopping = true;
    ipamd.abort();
    try {
      if (polling.tryLock(LAST_POLL.toMillis(), TimeUnit.MILLISECONDS)) {
        try {
          pollInHaste();
        } finally {
          polling.unlock();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void pollInHaste() {
    NodeSnapshot snapshot = ipamd.read(LAST_POLL).on(instance, List.of());
    if (snapshot.pool().isPresent() || snapshot.metrics().isPresent()) {
      History before = ledger.history();
      ledger.polled(snapshot.takenAt(), before, sampler.readInHaste(snapshot, before));
    }
  }
}
