package io.cnimetrics.publish;

import io.cnimetrics.catalog.PollSamples;
import io.cnimetrics.catalog.Sample;
import io.cnimetrics.catalog.SamplerState;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The books of the agent: polls come in, and minutes that have ended wait here until they are sent.
 * Each change is kept on disk before anyone can act on it. Safe for use by several threads.
 */
public final class MetricBuffer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(MetricBuffer.class);

  private final Journal keeper;
  private final SendEvents events;
  private final Consumer<AlertChanges> reports;
  private final AlertTracker troubles = new AlertTracker();
  private final PendingMinutes waiting;
  private final long startMinute;
  private Map<String, String> known = Map.of();
  private BufferState state;
  private long nextId = 1;
  private OptionalLong polledMinute = OptionalLong.empty();
  private Optional<Instant> troubledMinute = Optional.empty();
  private boolean dueAtOnce;

  /**
   * What a minute that ended brought.
   *
   * @param begun values that mean trouble and did not the minute before
   * @param ended values that mean none any more
   */
  public record AlertChanges(Instant minute, List<MinuteValue> begun, List<MinuteValue> ended) {}

  /**
   * What waits.
   *
   * @param oldest the start of the oldest waiting minute
   */
  public record Depth(int minutes, Optional<Instant> oldest) {}

  private MetricBuffer(
      BufferState state, Journal keeper, SendEvents events, Consumer<AlertChanges> reports) {
    this.state = state;
    this.keeper = keeper;
    this.events = events;
    this.reports = reports;
    this.waiting = new PendingMinutes(events);
    this.startMinute = state.lastMinute();
  }

  /**
   * Opens the books where they were left, or new ones, as soon as no other agent has them open.
   *
   * @param directory of the kept state; empty for memory only
   * @param instanceId of this EC2 instance, empty if it is not known: the state of another is
   *     discarded
   * @param destination for what is sampled from now on
   * @param reports is told of each minute that ends, by the thread that ends it
   */
  public static MetricBuffer open(
      Optional<Path> directory,
      String instanceId,
      Destination destination,
      InstantSource clock,
      SendEvents events,
      Consumer<AlertChanges> reports) {
    Journal keeper = directory.map(Journal::in).orElseGet(Journal::none);
    // The minute that has begun cannot be known as a whole, unless it begins right now.
    Instant begun = clock.instant().minusNanos(1);
    BufferState initial = BufferState.initial(instanceId, destination, minute(begun));
    MetricBuffer buffer = new MetricBuffer(initial, keeper, events, reports);
    buffer.load();
    return buffer;
  }

  private synchronized void load() {
    BufferState initial = state;
    Optional<BufferState> kept = read(waiting);
    nextId = waiting.nextId();
    kept.ifPresent(last -> goOn(last, initial));
    keeper.replace(this::all);
  }

  private Optional<BufferState> read(PendingMinutes kept) {
    AtomicReference<@Nullable BufferState> last = new AtomicReference<>();
    boolean all =
        keeper.load(
            change -> {
              change.state().ifPresent(last::set);
              change.waiting().forEach(kept::put);
              change.gone().forEach(kept::remove);
            });
    if (!all) {
      kept.clear();
      return Optional.empty();
    }
    return Optional.ofNullable(last.get());
  }

  /**
   * Takes over what waits in a directory that could not be opened at the start. The rest of it is
   * out of date: the minutes and counters since then are in these books already.
   */
  private void takeOver() {
    PendingMinutes left = new PendingMinutes(events);
    String instance = read(left).map(BufferState::instanceId).orElse("");
    if (isAnother(instance, state.instanceId())) {
      return;
    }
    state = state.to(either(state.instanceId(), instance), state.destination());
    for (PendingMinute minute : left.all()) {
      if (minute.minute() <= startMinute) {
        waiting.put(minute.as(nextId++));
        dueAtOnce = true;
      }
    }
  }

  /** What was sampled under other settings is still sent under those. */
  private void goOn(BufferState last, BufferState initial) {
    state = last;
    if (isAnother(last.instanceId(), initial.instanceId())) {
      discard(initial);
      return;
    }
    if (!state.destination().mayBe(initial.destination())) {
      closeOpen(false);
    }
    state = state.to(either(initial.instanceId(), state.instanceId()), initial.destination());
    log.info(
        "going on where the agent stopped: waiting_minutes={} last_minute={}",
        waiting.minutes(),
        Instant.ofEpochSecond(state.lastMinute() * 60));
  }

  private void discard(BufferState initial) {
    log.warn(
        "kept state is of another instance and is discarded: kept={} this={} waiting_minutes={}",
        state.instanceId(),
        initial.instanceId(),
        waiting.minutes());
    waiting.clear();
    state = initial;
  }

  private static boolean isAnother(String kept, String instanceId) {
    return !kept.isEmpty() && !instanceId.isEmpty() && !kept.equals(instanceId);
  }

  private static String either(String first, String second) {
    return first.isEmpty() ? second : first;
  }

  /**
   * Fills in what was not known when the books were opened: what waits for it can then be sent.
   *
   * @param instanceId empty if it is still not known
   */
  public synchronized void know(String instanceId, Map<String, String> dimensions) {
    known = Map.copyOf(dimensions);
    Destination destination = state.destination().filled(known);
    if (isAnother(state.instanceId(), instanceId)) {
      long last = Math.max(startMinute, state.lastMinute());
      discard(BufferState.initial(instanceId, destination, last));
    }
    state = state.to(either(instanceId, state.instanceId()), destination);
    keep(JournalEntry.of(state, List.of()));
  }

  /** The dimensions without which nothing that is sampled now can be sent. */
  public synchronized Set<String> unknownDimensions() {
    return state.destination().unknown();
  }

  /** What the next poll must know of those before. */
  public synchronized SamplerState history() {
    return state.history();
  }

  /** Says that a poll starts: its minute stays open until it ends. */
  public synchronized void pollStarts(Instant takenAt) {
    polledMinute = OptionalLong.of(minute(takenAt));
  }

  /**
   * Takes in a poll.
   *
   * @param before the history that the reading was made with; if the books were changed meanwhile
   *     for those of another instance, it says nothing
   */
  public synchronized void polled(Instant takenAt, SamplerState before, PollSamples reading) {
    if (!before.equals(state.history())) {
      return;
    }
    BufferState.Step step = state.polled(minute(takenAt), reading);
    List<PendingMinute> added = step.closed().map(over -> closed(over, true)).orElse(List.of());
    state = step.state();
    keep(JournalEntry.of(state, added));
  }

  /** Says that the poll that started has ended, whatever came of it. */
  public synchronized void pollEnded() {
    polledMinute = OptionalLong.empty();
  }

  /** Has samples sent at once and by themselves. */
  public synchronized void count(Instant at, List<Sample> samples) {
    OpenMinute apart = new OpenMinute(minute(at), Map.of()).and(samples);
    if (!apart.parts().isEmpty()) {
      dueAtOnce = true;
      keep(JournalEntry.of(state, add(apart, state.destination())));
    }
  }

  /** Has samples sent that are of no poll, under dimensions of their own, when others are sent. */
  public synchronized void apart(Instant at, Map<String, String> dimensions, List<Sample> samples) {
    OpenMinute apart = new OpenMinute(minute(at), Map.of()).and(samples);
    Destination own = new Destination(state.destination().namespace(), List.of(dimensions));
    keep(JournalEntry.of(state, add(apart, own)));
  }

  /**
   * Closes the open minute if it is over.
   *
   * @return false if it must stay open, because a poll of it is under way
   */
  public synchronized boolean closeEnded(Instant now) {
    long open = state.open().map(OpenMinute::minute).orElse(minute(now));
    if (open == minute(now)) {
      return true;
    }
    if (polledMinute.isPresent() && polledMinute.getAsLong() == open) {
      return false;
    }
    close(true);
    return true;
  }

  /** Closes the open minute though it is not over: nothing more comes. */
  public synchronized void closeOpenMinute() {
    close(false);
  }

  private void close(boolean whole) {
    List<PendingMinute> added = closeOpen(whole);
    keep(JournalEntry.of(state, added));
  }

  private List<PendingMinute> closeOpen(boolean whole) {
    BufferState.Step step = state.closed();
    List<PendingMinute> added = step.closed().map(open -> closed(open, whole)).orElse(List.of());
    state = step.state();
    return added;
  }

  /**
   * Has a minute wait to be sent.
   *
   * @param whole false if it was cut short: trouble that its part does not show may go on
   */
  private List<PendingMinute> closed(OpenMinute minute, boolean whole) {
    Instant start = Instant.ofEpochSecond(minute.minute() * 60);
    AlertTracker.Changes changes = troubles.after(minute.values());
    if (!changes.begun().isEmpty()) {
      troubledMinute = Optional.of(start);
    }
    reports.accept(new AlertChanges(start, changes.begun(), whole ? changes.ended() : List.of()));
    return add(minute, state.destination());
  }

  private List<PendingMinute> add(OpenMinute ended, Destination destination) {
    PendingMinute minute = new PendingMinute(nextId++, ended.minute(), destination, ended.values());
    if (minute.values().isEmpty()) {
      return List.of();
    }
    waiting.put(minute);
    return List.of(minute);
  }

  private void keep(JournalEntry change) {
    List<Long> gone = new ArrayList<>(change.gone());
    gone.addAll(waiting.dropOverBounds());
    keeper.keep(new JournalEntry(change.state(), change.waiting(), gone), this::all);
  }

  /** Everything as it is, in small changes. */
  private List<JournalEntry> all() {
    List<JournalEntry> all = new ArrayList<>();
    for (PendingMinute minute : waiting.all()) {
      all.add(new JournalEntry(Optional.empty(), List.of(minute), List.of()));
    }
    all.add(JournalEntry.of(state, List.of()));
    return all;
  }

  /** Has the disk itself keep everything up to now. */
  public void sync() {
    // Not under the lock: a slow disk must not hold up a poll.
    keeper.sync();
    synchronized (this) {
      if (keeper.opensLate()) {
        takeOver();
      }
      keeper.mend(this::all);
    }
  }

  /**
   * Takes what the next request is to have, the newest minutes first. It stays out of others' reach
   * until it is given back.
   */
  synchronized Optional<Batch> take(Instant now) {
    List<Long> gone = waiting.dropUnsendable(now);
    if (!gone.isEmpty()) {
      keep(new JournalEntry(Optional.empty(), List.of(), gone));
    }
    return waiting.take(known);
  }

  /** Gives back a batch; what was neither sent nor dropped of it waits on. */
  synchronized void release(Batch batch) {
    waiting.release(batch);
  }

  /** Records that all or a part of a batch that was taken has been sent. */
  synchronized void sent(Batch batch) {
    events.sent(batch.datums().size());
    keep(waiting.acknowledge(batch));
  }

  /** Records that all or a part of a batch that was taken is given up. */
  synchronized void drop(Batch batch, DropReason reason) {
    events.dropped(reason, batch.datums().size());
    keep(waiting.acknowledge(batch));
  }

  /** How many requests the newest minutes take, at least 1. */
  synchronized int requestsForNewest(int minutes) {
    return waiting.requestsForNewest(minutes);
  }

  /** How many minutes wait of which all is known that it takes to send them. */
  synchronized long sendable() {
    return waiting.sendable(known);
  }

  /** Has what waits sent without waiting for any time of the schedule. */
  public synchronized void sendNow() {
    dueAtOnce = true;
  }

  /** Empties what waits, for an agent that sends nothing. */
  public synchronized void discardAll() {
    waiting.clear();
    keep(JournalEntry.of(state, List.of()));
  }

  /** Whether something waits that is not to wait for any time of the schedule. */
  synchronized boolean isDueAtOnce() {
    return dueAtOnce;
  }

  /** The minute in which trouble began that has not been told yet. */
  synchronized Optional<Instant> troubledMinute() {
    return troubledMinute;
  }

  /** Says that all that is urgent has been sent. */
  synchronized void urgentSent() {
    dueAtOnce = false;
    troubledMinute = Optional.empty();
  }

  public synchronized Depth depth() {
    return new Depth(
        waiting.minutes(),
        waiting.oldest().map(minute -> Instant.ofEpochSecond(minute.minute() * 60)));
  }

  @Override
  public synchronized void close() {
    keeper.close();
  }

  private static long minute(Instant at) {
    return Math.floorDiv(at.getEpochSecond(), 60);
  }
}
