package io.cnimetrics.publish;

import io.cnimetrics.catalog.Sample;
import io.cnimetrics.catalog.Sampler.PollSamples;
import io.cnimetrics.catalog.SamplerState;
import io.cnimetrics.publish.BufferState.OpenMinute;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The buffer between polling and sending: polls add to the open minute, and ended minutes wait
 * until they are sent. Each change is written to disk before it has an effect. Thread-safe.
 */
public final class MetricBuffer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(MetricBuffer.class);

  private final Journal journal;
  private final SendEvents events;
  private final Consumer<AlertChanges> reports;
  private final AlertTracker alerts = new AlertTracker();
  private final PendingMinutes pending;
  private final Instant startMinute;
  private Map<String, String> known = Map.of();
  private BufferState state;
  private BufferState keptState;
  private Optional<Instant> polledMinute = Optional.empty();
  private Optional<Instant> urgentMinute = Optional.empty();

  /**
   * The alerts that changed with a minute that ended.
   *
   * @param raised values that are in alert and were not in the minute before
   * @param cleared values that are no longer in alert
   */
  public record AlertChanges(Instant minute, List<MinuteValue> raised, List<MinuteValue> cleared) {}

  /**
   * How much waits to be sent.
   *
   * @param oldest the start of the oldest waiting minute
   */
  public record Depth(int minutes, Optional<Instant> oldest) {}

  /**
   * Opens a buffer that continues from the kept state, if there is one. Waits while another agent
   * holds the directory.
   *
   * @param directory where state is kept; empty for memory only
   * @param destination for samples from now on
   * @param reports receives the changes of each minute, on the thread that closes the minute
   */
  public MetricBuffer(
      Optional<Path> directory,
      Destination destination,
      InstantSource clock,
      SendEvents events,
      Consumer<AlertChanges> reports) {
    this.journal = directory.map(Journal::in).orElseGet(Journal::none);
    this.events = events;
    this.reports = reports;
    this.pending = new PendingMinutes(events);
    // The agent has not seen the current minute from its start, unless the minute starts right now.
    this.startMinute = minute(clock.instant().minusNanos(1));
    this.state = BufferState.initial("", destination, startMinute);
    this.keptState = state;
    read(pending).ifPresent(this::resume);
    journal.replace(this::all);
  }

  private Optional<BufferState> read(PendingMinutes kept) {
    AtomicReference<@Nullable BufferState> last = new AtomicReference<>();
    boolean all =
        journal.load(
            change -> {
              change.state().ifPresent(last::set);
              change.pending().forEach(kept::put);
              change.gone().forEach(kept::remove);
            });
    if (!all) {
      kept.clear();
      return Optional.empty();
    }
    return Optional.ofNullable(last.get());
  }

  /**
   * Takes over waiting minutes from a directory that could not be opened at the start. The rest of
   * its state is out of date: this buffer has newer minutes and counters.
   */
  private void takeOver() {
    PendingMinutes left = new PendingMinutes(events);
    String instance = read(left).map(BufferState::instanceId).orElse("");
    if (isAnother(instance, state.instanceId())) {
      return;
    }
    state = state.to(either(state.instanceId(), instance), state.destination());
    for (PendingMinute minute : left.all()) {
      if (!minute.minute().isAfter(startMinute)) {
        pending.add(minute.minute(), minute.destination(), minute.values());
        sendNow();
      }
    }
  }

  /** Continues from kept state. Samples from other settings are still sent under those settings. */
  private void resume(BufferState last) {
    Destination destination = state.destination();
    state = last;
    if (!last.destination().mayBe(destination)) {
      closeOpen(false);
    }
    state = state.to(last.instanceId(), destination);
    log.info(
        "continuing from kept state: waiting_minutes={} last_minute={}",
        pending.minutes(),
        state.lastMinute());
  }

  private static boolean isAnother(String kept, String instanceId) {
    return !kept.isEmpty() && !instanceId.isEmpty() && !kept.equals(instanceId);
  }

  private static String either(String first, String second) {
    return first.isEmpty() ? second : first;
  }

  /**
   * Fills in values that were not known at the start: minutes that wait for them can then be sent.
   * State of another instance is discarded.
   *
   * @param instanceId empty if it is still not known
   */
  public synchronized void identify(String instanceId, Map<String, String> dimensions) {
    known = Map.copyOf(dimensions);
    Destination destination = state.destination().filled(known);
    if (isAnother(state.instanceId(), instanceId)) {
      log.warn(
          "kept state belongs to another instance and is discarded: kept={} this={}"
              + " waiting_minutes={}",
          state.instanceId(),
          instanceId,
          pending.minutes());
      pending.clear();
      boolean startedLater = startMinute.isAfter(state.lastMinute());
      Instant last = startedLater ? startMinute : state.lastMinute();
      state = BufferState.initial(instanceId, destination, last);
    }
    state = state.to(either(instanceId, state.instanceId()), destination);
    keep();
  }

  /** The dimensions that must become known before new samples can be sent. */
  public synchronized Set<String> unknownDimensions() {
    return state.destination().unknown();
  }

  /** The results of earlier polls that the next poll needs. */
  public synchronized SamplerState history() {
    return state.history();
  }

  /** Records the start of a poll: its minute stays open until the poll ends. */
  public synchronized void pollStarts(Instant takenAt) {
    polledMinute = Optional.of(minute(takenAt));
  }

  /**
   * Adds the samples of a poll.
   *
   * @param before the history that the reading was made with. If the buffer has another history
   *     now, because state of another instance was discarded, the reading is ignored
   */
  public synchronized void polled(Instant takenAt, SamplerState before, PollSamples reading) {
    if (!before.equals(state.history())) {
      return;
    }
    Instant minute = minute(takenAt);
    if (!openMinute().equals(Optional.of(minute))) {
      closeOpen(true);
    }
    state = state.polled(minute, reading);
    keep();
  }

  /** Records the end of a poll, successful or not. */
  public synchronized void pollEnded() {
    polledMinute = Optional.empty();
  }

  /** Adds samples that are sent at once, without waiting for their minute to end. */
  public synchronized void addUrgent(Instant at, List<Sample> samples) {
    if (!samples.isEmpty()) {
      sendNow();
    }
    add(at, state.destination(), samples);
  }

  /** Adds samples that no poll made, with their own dimensions; sent at the next regular send. */
  public synchronized void add(Instant at, Map<String, String> dimensions, List<Sample> samples) {
    add(at, new Destination(state.destination().namespace(), List.of(dimensions)), samples);
  }

  private void add(Instant at, Destination destination, List<Sample> samples) {
    pending.add(
        minute(at), destination, new OpenMinute(minute(at), List.of()).and(samples).values());
    keep();
  }

  /**
   * Closes the open minute if it is over.
   *
   * @return false if it must stay open because one of its polls is in progress
   */
  public synchronized boolean closeEnded(Instant now) {
    Optional<Instant> open = openMinute();
    if (open.isEmpty() || open.get().equals(minute(now))) {
      return true;
    }
    if (open.equals(polledMinute)) {
      return false;
    }
    closeOpen(true);
    keep();
    return true;
  }

  /** Closes the open minute before its end: no more samples follow. */
  public synchronized void closeOpenMinute() {
    closeOpen(false);
    keep();
  }

  private Optional<Instant> openMinute() {
    return state.open().map(OpenMinute::minute);
  }

  /**
   * Adds the open minute to those that wait.
   *
   * @param whole false if the minute is closed early: then an alert may continue though the part
   *     does not show it
   */
  private void closeOpen(boolean whole) {
    if (state.open().isPresent()) {
      OpenMinute open = state.open().get();
      AlertChanges changes = alerts.after(open.minute(), open.values(), whole);
      if (!changes.raised().isEmpty()) {
        urgentMinute = urgentMinute.filter(open.minute()::isAfter).or(() -> openMinute());
      }
      reports.accept(changes);
      pending.add(open.minute(), state.destination(), open.values());
      state = state.closed();
    }
  }

  /** Writes all changes since the last write as one entry. */
  private void keep() {
    pending.dropOverBounds();
    Journal.Entry change = pending.changes(Optional.of(state).filter(s -> !s.equals(keptState)));
    keptState = state;
    if (!change.isEmpty()) {
      journal.keep(change, this::all);
    }
  }

  /** The whole state, as small changes. */
  private List<Journal.Entry> all() {
    List<Journal.Entry> all = new ArrayList<>();
    for (PendingMinute minute : pending.all()) {
      all.add(new Journal.Entry(Optional.empty(), List.of(minute), List.of()));
    }
    all.add(new Journal.Entry(Optional.of(state), List.of(), List.of()));
    // They are part of the whole state.
    pending.changes(Optional.empty());
    keptState = state;
    return all;
  }

  /** Forces all changes so far to the disk. */
  public void sync() {
    // Not under the lock: a slow disk must not delay a poll.
    journal.sync();
    synchronized (this) {
      if (journal.openLate()) {
        takeOver();
      }
      journal.repair(this::all);
    }
  }

  /**
   * Takes the content of the next request, the newest minutes first. No other request gets it until
   * it is released.
   */
  synchronized Optional<Batch> take(Instant now) {
    pending.dropUnsendable(now);
    keep();
    return pending.take(known);
  }

  /** Releases a batch; values that were neither sent nor dropped wait again. */
  synchronized void release(Batch batch) {
    pending.release(batch);
  }

  /** Removes a taken batch, or a part of it, that was sent or dropped. */
  synchronized void acknowledge(Batch batch) {
    pending.acknowledge(batch);
    keep();
  }

  /** The number of requests that the newest minutes need, at least 1. */
  synchronized int requestsForNewest(int minutes) {
    return pending.requestsForNewest(minutes);
  }

  /** Whether a minute waits whose dimensions are all known. */
  synchronized boolean hasSendable() {
    return pending.hasSendable(known);
  }

  /** Makes waiting minutes due at once, before the next time of the schedule. */
  public synchronized void sendNow() {
    urgentMinute = Optional.of(Instant.MIN);
  }

  /** Discards all waiting minutes, for an agent that sends nothing. */
  public synchronized void discardAll() {
    pending.clear();
    keep();
  }

  /** The minute of a new alert that was not sent yet; long ago if something is due at once. */
  synchronized Optional<Instant> urgentMinute() {
    return urgentMinute;
  }

  /** Records that all urgent data was sent. */
  synchronized void urgentSent() {
    urgentMinute = Optional.empty();
  }

  public synchronized Depth depth() {
    return new Depth(pending.minutes(), pending.oldest());
  }

  @Override
  public synchronized void close() {
    journal.close();
  }

  private static Instant minute(Instant at) {
    return at.truncatedTo(ChronoUnit.MINUTES);
  }
}
