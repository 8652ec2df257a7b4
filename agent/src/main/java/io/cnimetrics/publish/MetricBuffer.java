package io.cnimetrics.publish;

import static java.time.temporal.ChronoUnit.MINUTES;

import io.cnimetrics.catalog.Metric;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.catalog.Sample;
import io.cnimetrics.catalog.Sampler.PollSamples;
import io.cnimetrics.catalog.SamplerState;
import io.cnimetrics.publish.BufferState.OpenMinute;
import io.cnimetrics.publish.BufferState.Starts;
import io.cnimetrics.schedule.NodeSchedule;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The buffer between polling and sending. Polls add samples to the open minute. A closed minute is
 * pending until its receiver accepts it. Each method writes its changes to the journal before the
 * method returns. All methods are thread-safe.
 */
public final class MetricBuffer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(MetricBuffer.class);

  private static final Set<Receiver> ALL = EnumSet.allOf(Receiver.class);

  private final Journal journal;
  private final SendEvents events;
  private final Predicate<Metric> sent;
  private final AlertTracker alerts;
  private final PendingMinutes pending;
  private final Instant startMinute;
  private final Destination otlp;
  private final List<Receiver> receivers;
  private final Map<Receiver, Instant> urgent = new EnumMap<>(Receiver.class);
  private Map<String, String> knownDimensions = Map.of();
  private BufferState state;
  private BufferState keptState;
  private Optional<Instant> polledMinute = Optional.empty();

  /**
   * The number of pending minutes, their size, and the oldest of these minutes.
   *
   * @param bytes the approximate size
   * @param oldest the start of the oldest pending minute, if there is one
   */
  public record Depth(int minutes, long bytes, Optional<Instant> oldest) {}

  /**
   * Opens a buffer. If there is a state on disk, the buffer continues from this state, but discards
   * the minutes of receivers that are not used any more. Waits while another agent uses the
   * directory.
   *
   * @param directory the state directory, or empty to keep the state in memory
   * @param cloudWatch the destination of new samples in CloudWatch. Its dimensions must be known
   *     before anything is sent, even if the agent does not send to CloudWatch
   * @param otlp the destination of new samples by OTLP
   * @param inUse the receivers to which the agent sends. Each receiver has its own pending minutes
   * @param sent whether the values of a metric are sent. A metric that is not sent can raise an
   *     alert too
   */
  public MetricBuffer(
      Optional<Path> directory,
      Destination cloudWatch,
      Destination otlp,
      Set<Receiver> inUse,
      InstantSource clock,
      SendEvents events,
      Predicate<Metric> sent,
      AlertListener listener) {
    this.journal = directory.map(Journal::in).orElseGet(Journal::none);
    this.events = events;
    this.sent = sent;
    this.otlp = otlp;
    this.receivers = Stream.of(Receiver.values()).filter(inUse::contains).toList();
    this.alerts = new AlertTracker(listener);
    StoredBuffer stored = StoredBuffer.read(journal, receivers, events);
    this.pending = stored.minutes();
    // The agent sends nothing for the start minute, because it polled only a part of this minute. A
    // minute that starts exactly now is polled as a whole. Therefore 1 ns is subtracted.
    this.startMinute = clock.instant().minusNanos(1).truncatedTo(MINUTES);
    this.state = BufferState.initial("", cloudWatch, startMinute);
    this.keptState = state;
    stored.state().ifPresent(this::resume);
    journal.replace(this::all);
  }

  /**
   * Whether another process uses a state directory. A call by the process that uses the directory
   * would release its lock.
   */
  public static boolean isInUse(Path directory) {
    return JournalFile.isInUse(directory);
  }

  /**
   * Adds the minutes of a directory that could not be opened when the agent started. The counters
   * in this directory are ignored, because the counters in memory are newer.
   */
  private void takeOver() {
    StoredBuffer stored = StoredBuffer.read(journal, receivers, events);
    Optional<BufferState> last = stored.state();
    if (last.filter(known -> isAnother(known, state.instanceId())).isPresent()) {
      discard(last.get(), stored.minutes(), state.instanceId());
      return;
    }
    String instance = last.map(BufferState::instanceId).orElse("");
    state = state.to(either(state.instanceId(), instance), state.destination());
    for (PendingMinute minute : stored.minutes().all()) {
      if (!minute.minute().isAfter(startMinute)) {
        pending.add(minute.minute(), minute.destination(), minute.times(), minute.values());
        sendNow();
      }
    }
    last.ifPresent(this::takeOverOpenMinute);
  }

  private void takeOverOpenMinute(BufferState last) {
    Destination destination =
        last.destination().mayBe(state.destination()) ? state.destination() : last.destination();
    last.open()
        .filter(open -> !open.minute().isAfter(startMinute))
        .ifPresent(open -> addPending(open.only(sent), last.starts(), destination, otlp));
    // The totals of these samples belong to the earlier agent's series.
    state = state.counting(new OpenMinute(startMinute, last.carried()).values());
  }

  /**
   * Continues from the state on disk. If the namespace or the dimensions have changed, closes the
   * open minute of the state. Its samples are then sent with the old namespace and dimensions.
   */
  private void resume(BufferState last) {
    Destination destination = state.destination();
    state = last.restarted();
    if (!last.destination().mayBe(destination)) {
      closeOpen(false);
    }
    state = state.to(last.instanceId(), destination);
    log.info(
        "continuing from the state on disk: waiting_minutes={} last_minute={}",
        depth().minutes(),
        state.lastMinute());
  }

  /** The receivers to which the agent sends; empty if only Prometheus reads the metrics. */
  public List<Receiver> receivers() {
    return receivers;
  }

  private static boolean isAnother(BufferState stored, String instanceId) {
    String kept = stored.instanceId();
    return !kept.isEmpty() && !instanceId.isEmpty() && !kept.equals(instanceId);
  }

  /** Discards the pending minutes and the open minute of another instance. */
  private void discard(BufferState other, PendingMinutes minutes, String instanceId) {
    other
        .open()
        .ifPresent(
            open -> add(minutes, open.only(sent), other.starts(), other.destination(), otlp));
    int discarded = minutes.depth(ALL).minutes();
    int datums = minutes.discard(ALL);
    log.warn(
        "the state on disk belongs to another instance and is discarded: kept={} this={} minutes={}"
            + " datums={}",
        other.instanceId(),
        instanceId,
        discarded,
        datums);
  }

  private static String either(String first, String second) {
    return first.isEmpty() ? second : first;
  }

  /**
   * Sets the instance id and the dimensions that were not known at the start. Pending minutes that
   * need these dimensions can then be sent. Discards a state of another instance.
   *
   * @param instanceId the id of this instance, or empty if the id is still not known
   */
  public synchronized void identify(String instanceId, Map<String, String> dimensions) {
    knownDimensions = Map.copyOf(dimensions);
    Destination destination = state.destination().filled(knownDimensions);
    if (isAnother(state, instanceId)) {
      discard(state, pending, instanceId);
      Instant last = Collections.max(List.of(startMinute, state.lastMinute()));
      state = BufferState.initial(instanceId, destination, last);
    }
    state = state.to(either(instanceId, state.instanceId()), destination);
    keep();
  }

  /** The names of the dimensions that must be known before new samples can be sent. */
  public synchronized Set<String> unknownDimensions() {
    return state.destination().unknown();
  }

  /** The counter totals and other results of earlier polls. The next poll needs these results. */
  public synchronized SamplerState history() {
    return state.history();
  }

  /** Records the start of a poll. The minute of the poll stays open until the poll ends. */
  public synchronized void pollStarts(Instant takenAt) {
    polledMinute = Optional.of(takenAt.truncatedTo(MINUTES));
  }

  /**
   * Adds the samples of a poll.
   *
   * @param before the history that the poll used. The samples are ignored if the buffer has
   *     meanwhile discarded this history, because the history belonged to another instance
   */
  public synchronized void polled(Instant takenAt, SamplerState before, PollSamples reading) {
    if (!before.equals(state.history())) {
      return;
    }
    Instant minute = takenAt.truncatedTo(MINUTES);
    if (!openMinute().equals(Optional.of(minute))) {
      closeOpen(true);
    }
    BufferState next = state.polled(takenAt, reading);
    if (!next.starts().equals(state.starts())) {
      addOldTotals();
    }
    state = next;
    keep();
  }

  /**
   * Makes the totals of the open minute pending before the totals of a restarted ipamD replace
   * them. Otherwise the events between the last closed minute and the restart would be lost.
   */
  private void addOldTotals() {
    state.open().ifPresent(open -> addPending(open.only(sent), state.starts(), otlp));
  }

  /** Records the end of a poll. The poll may have failed. */
  public synchronized void pollEnded() {
    polledMinute = Optional.empty();
  }

  /** Adds samples and makes them due at once, before the end of their minute. */
  public synchronized void addUrgent(Instant at, List<Sample> samples) {
    if (!samples.isEmpty()) {
      urgent.put(Receiver.CLOUDWATCH, Instant.MIN);
    }
    addPending(new OpenMinute(at, samples), state.starts(), state.destination());
    keep();
  }

  /** Adds samples with the given dimensions. These samples are sent at the next regular time. */
  public synchronized void add(Instant at, Map<String, String> dimensions, List<Sample> samples) {
    List<Map<String, String>> sets = List.of(dimensions);
    addPending(
        new OpenMinute(at, samples),
        state.starts(),
        state.destination().withSets(sets),
        otlp.withSets(sets));
    keep();
  }

  private void addPending(OpenMinute minute, Starts starts, Destination... destinations) {
    add(pending, minute, starts, destinations);
  }

  private void add(
      PendingMinutes to, OpenMinute minute, Starts starts, Destination... destinations) {
    for (Destination destination : destinations) {
      if (receivers.contains(destination.receiver())) {
        to.add(minute, destination, starts);
      }
    }
  }

  /**
   * Closes the open minute if this minute has ended.
   *
   * @return false if the minute must stay open because a poll of this minute is in progress
   */
  public synchronized boolean closeEnded(Instant now) {
    Optional<Instant> open = openMinute();
    if (open.isEmpty() || open.get().equals(now.truncatedTo(MINUTES))) {
      return true;
    }
    if (open.equals(polledMinute)) {
      return false;
    }
    closeOpen(true);
    keep();
    return true;
  }

  /** Closes the open minute before its end. Only an agent that stops calls this method. */
  public synchronized void closeOpenMinute() {
    closeOpen(false);
    keep();
  }

  private Optional<Instant> openMinute() {
    return state.open().map(OpenMinute::minute);
  }

  /**
   * Makes the open minute pending. Does nothing if no minute is open.
   *
   * @param whole see {@link AlertTracker#after}
   */
  private void closeOpen(boolean whole) {
    if (state.open().isPresent()) {
      OpenMinute open = state.open().get();
      boolean isUrgent =
          alerts.report(open.minute(), open.values(), whole).stream()
              .flatMap(value -> MetricCatalog.named(value.metric()).stream())
              .anyMatch(sent);
      if (isUrgent) {
        for (Receiver receiver : Receiver.values()) {
          urgent.merge(receiver, open.minute(), (one, other) -> one.isBefore(other) ? one : other);
        }
      }
      addPending(open.only(sent), state.starts(), state.destination(), otlp);
      state = state.closed();
    }
  }

  /** Writes all changes since the last write to the journal as one entry. */
  private void keep() {
    pending.dropOverBounds();
    Journal.Entry change = pending.changes(Optional.of(state).filter(s -> !s.equals(keptState)));
    keptState = state;
    if (!change.isEmpty()) {
      journal.keep(change, this::all);
    }
  }

  /** The whole buffer as a list of small entries. */
  private List<Journal.Entry> all() {
    List<Journal.Entry> all = new ArrayList<>();
    for (PendingMinute minute : pending.all()) {
      all.add(new Journal.Entry(Optional.empty(), List.of(minute), List.of()));
    }
    all.add(new Journal.Entry(Optional.of(state), List.of(), List.of()));
    // Clears the recorded changes, because the entries above include these changes.
    pending.changes(Optional.empty());
    keptState = state;
    return all;
  }

  /**
   * Forces all changes to the disk. Opens and repairs a journal that failed earlier, or whose files
   * another process has removed.
   *
   * @return false if another agent has the state directory now. In this case this agent must end,
   *     because two agents would double the sums
   */
  public boolean sync() {
    // This call is made without the lock, because a slow disk must not delay a poll.
    journal.sync();
    synchronized (this) {
      try {
        if (journal.reopen()) {
          takeOver();
        }
      } catch (JournalFile.InUseException e) {
        return false;
      }
      journal.repair(this::all);
      return true;
    }
  }

  /** If the receiver bills each value, keeps only the values that the next regular send needs. */
  synchronized void thin(Receiver receiver, NodeSchedule schedule) {
    if (receiver.billsValues()) {
      pending.thin(receiver, schedule);
      keep();
    }
  }

  /**
   * Takes the newest minutes of a receiver for the next request. No other request gets these
   * minutes until {@link #release} is called.
   */
  synchronized Optional<Batch> take(Receiver receiver, Instant now) {
    for (PendingMinute dropped : pending.dropUnsendable(now)) {
      if (dropped.destination().filled(knownDimensions).equals(state.destination())) {
        state = state.counting(dropped.values());
      }
    }
    keep();
    return pending.take(receiver, now, knownDimensions);
  }

  /** Releases a batch, so that later requests can take its values that are still pending. */
  synchronized void release(Batch batch) {
    pending.release(batch);
  }

  /** Removes a batch that was sent or dropped. The batch can be a part of a taken batch. */
  synchronized void acknowledge(Batch batch) {
    pending.acknowledge(batch);
    keep();
  }

  /** The number of requests for the given number of newest minutes; at least 1. */
  synchronized int requestsForNewest(Receiver receiver, int minutes) {
    return pending.requestsForNewest(receiver, minutes);
  }

  /** Whether the receiver has a pending minute whose dimensions are all known. */
  synchronized boolean hasSendable(Receiver receiver) {
    return pending.hasSendable(receiver, knownDimensions);
  }

  /** Makes all pending minutes due now. The sender does not wait for the schedule. */
  public synchronized void sendNow() {
    for (Receiver receiver : Receiver.values()) {
      urgent.put(receiver, Instant.MIN);
    }
  }

  /** The oldest minute with an unsent alert, or {@link Instant#MIN} if samples are due at once. */
  synchronized Optional<Instant> urgentMinute(Receiver receiver) {
    return Optional.ofNullable(urgent.get(receiver));
  }

  synchronized void urgentSent(Receiver receiver) {
    urgent.remove(receiver);
  }

  /** The pending minutes of all receivers. */
  public synchronized Depth depth() {
    return pending.depth(ALL);
  }

  synchronized Depth depth(Receiver receiver) {
    return pending.depth(EnumSet.of(receiver));
  }

  @Override
  public synchronized void close() {
    journal.close();
  }
}
