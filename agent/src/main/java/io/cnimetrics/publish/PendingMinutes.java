package io.cnimetrics.publish;

import io.cnimetrics.publish.BufferState.OpenMinute;
import io.cnimetrics.publish.BufferState.Starts;
import io.cnimetrics.publish.PendingMinute.Times;
import io.cnimetrics.publish.SendEvents.DropReason;
import io.cnimetrics.schedule.NodeSchedule;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All pending minutes, including the minutes that are being sent. */
final class PendingMinutes {
  /** At most one day of pending minutes is kept. The oldest minutes are dropped first. */
  static final int MOST_MINUTES = 24 * 60;

  /** Half of the maximum size of the journal file, so that a rewritten file always fits. */
  private static final long MOST_BYTES = Journal.MOST_BYTES / 2;

  /** The size of a minute without its values. It is larger in memory than on disk. */
  private static final int MINUTE_BYTES = 400;

  /** The size of a destination of only one minute, with a margin. Other minutes share theirs. */
  private static final int DESTINATION_BYTES = 1_600;

  /**
   * The number and the size of the minutes that a file may add between two checks of the limits.
   */
  private static final int MOST_UNCHECKED = 4_000;

  private static final long MOST_UNCHECKED_BYTES = 2 << 20;

  /** CloudWatch accepts requests of up to 1 MB. Compressed requests are far smaller. */
  private static final int MOST_REQUEST_BYTES = 900_000;

  /** CloudWatch accepts datums of the last two weeks. The agent's limit is five minutes shorter. */
  private static final Duration OLDEST = Duration.ofDays(14).minusMinutes(5);

  private static final Logger log = LoggerFactory.getLogger(PendingMinutes.class);

  private static final Comparator<PendingMinute> OLDEST_FIRST =
      Comparator.comparing(PendingMinute::minute).thenComparingLong(PendingMinute::id);

  private final SendEvents events;
  private final TreeMap<Long, PendingMinute> byId = new TreeMap<>();
  private final Map<Destination, Integer> uses = new HashMap<>();
  private final Set<Long> taken = new HashSet<>();
  private final Set<Long> changed = new TreeSet<>();
  private final Interner<Destination> destinations = new Interner<>();
  private final Interner<List<MinuteValue.Packed.Name>> names = new Interner<>();
  private long nextId = 1;
  private long bytes;
  private int checkedSize = MOST_MINUTES;

  /** Returns the same object for all equal objects, so that equal minutes share memory. */
  static final class Interner<T> {
    /** 64 objects are enough, because names and destinations rarely change between minutes. */
    private static final int MOST = 64;

    private final Map<T, T> known = new HashMap<>();

    T equalTo(T one) {
      if (known.size() >= MOST) {
        known.clear();
      }
      T first = known.putIfAbsent(one, one);
      return first == null ? one : first;
    }
  }

  PendingMinutes(SendEvents events) {
    this.events = events;
  }

  List<PendingMinute> all() {
    return List.copyOf(byId.values());
  }

  /** Counts the pending minutes of the given receivers, and the bytes of all receivers. */
  MetricBuffer.Depth depth(Set<Receiver> receivers) {
    List<Instant> minutes = of(receivers).map(PendingMinute::minute).distinct().toList();
    return new MetricBuffer.Depth(
        minutes.size(), bytes, minutes.stream().min(Comparator.naturalOrder()));
  }

  private Stream<PendingMinute> of(Set<Receiver> receivers) {
    return byId.values().stream()
        .filter(minute -> receivers.contains(minute.destination().receiver()));
  }

  private List<PendingMinute> newestFirst(Receiver receiver) {
    return of(Set.of(receiver)).sorted(OLDEST_FIRST.reversed()).toList();
  }

  boolean hasSendable(Receiver receiver, Map<String, String> known) {
    return of(Set.of(receiver)).anyMatch(minute -> minute.destination().filled(known).isComplete());
  }

  /** Adds the values that a destination gets of a minute. */
  void add(OpenMinute minute, Destination destination, Starts starts) {
    if (destination.receiver() == Receiver.CLOUDWATCH) {
      add(minute.minute(), destination, Optional.empty(), minute.values());
    } else {
      minute
          .totals()
          .forEach(
              (at, values) ->
                  add(minute.minute(), destination, Optional.of(new Times(at, starts)), values));
    }
  }

  /** Adds a minute with a new id. A minute without values is ignored. */
  void add(
      Instant minute, Destination destination, Optional<Times> times, List<MinuteValue> values) {
    if (!values.isEmpty()) {
      put(new PendingMinute(nextId, minute, destination, times, values));
    }
  }

  void put(PendingMinute minute) {
    remove(minute.id());
    PendingMinute stored = shared(minute);
    byId.put(stored.id(), stored);
    uses.merge(stored.destination(), 1, Integer::sum);
    bytes += bytes(stored);
    nextId = Math.max(nextId, minute.id() + 1);
  }

  /**
   * Applies an entry of the journal. A file can have more minutes than fit into memory. The limits
   * are not checked for each entry, because a check visits all minutes.
   */
  void load(Journal.Entry entry) {
    entry.pending().forEach(this::put);
    entry.gone().forEach(this::remove);
    // The journal has this change already.
    changed.clear();
    if (byId.size() > checkedSize + MOST_UNCHECKED || bytes > MOST_BYTES + MOST_UNCHECKED_BYTES) {
      dropOverBounds();
      checkedSize = byId.size();
    }
  }

  /** A copy that shares equal parts with other minutes. */
  private PendingMinute shared(PendingMinute minute) {
    return minute
        .withDestination(destinations.equalTo(minute.destination()))
        .withValues(MinuteValue.Packed.of(minute.values()).sharing(names::equalTo));
  }

  void remove(long id) {
    PendingMinute minute = byId.remove(id);
    changed.add(id);
    if (minute != null) {
      bytes -= bytes(minute);
      uses.computeIfPresent(minute.destination(), (same, count) -> count > 1 ? count - 1 : null);
    }
  }

  /** Discards the minutes of the given receivers. Returns the number of their datums. */
  int discard(Set<Receiver> receivers) {
    return remove(of(receivers).toList(), DropReason.DISCARDED);
  }

  private int remove(List<PendingMinute> minutes, DropReason reason) {
    minutes.forEach(minute -> remove(minute.id()));
    int datums = minutes.stream().mapToInt(PendingMinute::datumCount).sum();
    events.dropped(reason, datums);
    return datums;
  }

  /** Returns one journal entry, which has the given state and all changes since the last call. */
  Journal.Entry changes(Optional<BufferState> state) {
    List<PendingMinute> pending = changed.stream().map(byId::get).filter(Objects::nonNull).toList();
    List<Long> gone = changed.stream().filter(id -> !byId.containsKey(id)).toList();
    changed.clear();
    return new Journal.Entry(state, pending, gone);
  }

  /** The approximate size of a minute, in bytes. */
  private long bytes(PendingMinute minute) {
    return MINUTE_BYTES
        + 45L * minute.values().size()
        + minute.destination().bytesOfDatums("")
        + (uses.getOrDefault(minute.destination(), 0) > 1 ? 0 : DESTINATION_BYTES);
  }

  /**
   * Drops minutes that their receiver would reject, because they are too old or in the future.
   *
   * @return the dropped minutes
   */
  List<PendingMinute> dropUnsendable(Instant now) {
    List<PendingMinute> tooOld = droppable(pending -> pending.isBefore(now.minus(OLDEST)));
    List<PendingMinute> future =
        droppable(pending -> pending.isAfter(now.plus(BufferState.MOST_AHEAD)));
    drop(tooOld, DropReason.TOO_OLD);
    drop(future, DropReason.FUTURE);
    return Stream.concat(tooOld.stream(), future.stream()).toList();
  }

  /** The minutes that are not being sent, oldest first. */
  private List<PendingMinute> droppable(Predicate<Instant> time) {
    return byId.values().stream()
        .filter(minute -> !taken.contains(minute.id()) && time.test(minute.minute()))
        .sorted(OLDEST_FIRST)
        .toList();
  }

  /** Removes the values that the next regular send of each minute does not need. */
  void thin(Receiver receiver, NodeSchedule schedule) {
    newestFirst(receiver).stream()
        .filter(minute -> !taken.contains(minute.id()))
        .collect(Collectors.groupingBy(minute -> schedule.nextSend(lastSecond(minute))))
        .values()
        .forEach(this::thin);
  }

  private void thin(List<PendingMinute> newestFirst) {
    Thinning thinning = Thinning.of(newestFirst);
    for (PendingMinute minute : newestFirst) {
      PendingMinute rest = thinning.rest(minute);
      if (rest.values().size() < minute.values().size()) {
        replace(rest);
      }
    }
  }

  private static Instant lastSecond(PendingMinute minute) {
    return minute.minute().plusSeconds(59);
  }

  /** Replaces a minute by its rest. A minute without values is removed. */
  private void replace(PendingMinute rest) {
    if (rest.values().isEmpty()) {
      remove(rest.id());
    } else {
      put(rest);
    }
  }

  /** Drops the oldest minutes until the limits are met. Never drops minutes that are being sent. */
  void dropOverBounds() {
    if (byId.size() <= MOST_MINUTES && bytes <= MOST_BYTES) {
      return;
    }
    Map<Instant, Integer> left = new HashMap<>();
    byId.values().forEach(minute -> left.merge(minute.minute(), 1, Integer::sum));
    long leftBytes = bytes;
    List<PendingMinute> dropped = new ArrayList<>();
    for (PendingMinute oldest : droppable(any -> true)) {
      if (left.size() <= MOST_MINUTES && leftBytes <= MOST_BYTES) {
        break;
      }
      left.computeIfPresent(oldest.minute(), (minute, count) -> count > 1 ? count - 1 : null);
      leftBytes -= bytes(oldest);
      dropped.add(oldest);
    }
    drop(dropped, DropReason.NO_ROOM);
  }

  /**
   * @param minutes the dropped minutes, oldest first
   */
  private void drop(List<PendingMinute> minutes, DropReason reason) {
    if (minutes.isEmpty()) {
      return;
    }
    int datums = remove(minutes, reason);
    log.warn(
        "dropped minutes that could not be sent: oldest={} newest={} datums={} reason={}",
        minutes.get(0).minute(),
        minutes.get(minutes.size() - 1).minute(),
        datums,
        reason);
  }

  /**
   * Takes as many of the newest minutes of a receiver as fit into one request. A minute stays
   * pending if it is so far in the future that the receiver would reject it.
   *
   * @param known the values of dimensions that were not known when the minutes were closed
   */
  Optional<Batch> take(Receiver receiver, Instant now, Map<String, String> known) {
    List<PendingMinute> batch = new ArrayList<>();
    int datums = 0;
    int requestBytes = 0;
    for (PendingMinute pending : newestFirst(receiver)) {
      PendingMinute minute = pending.withDestination(pending.destination().filled(known));
      if (!minute.destination().isComplete()
          || taken.contains(minute.id())
          || minute.isAhead(now)) {
        continue;
      }
      datums += minute.datumCount();
      requestBytes += minute.requestBytes();
      boolean fits =
          batch.isEmpty()
              || (datums <= receiver.mostDatums
                  && requestBytes <= MOST_REQUEST_BYTES
                  && minute
                      .destination()
                      .namespace()
                      .equals(batch.get(0).destination().namespace()));
      if (!fits) {
        break;
      }
      batch.add(minute);
      taken.add(minute.id());
    }
    return batch.isEmpty() ? Optional.empty() : Optional.of(new Batch(batch));
  }

  void release(Batch batch) {
    batch.minutes().forEach(minute -> taken.remove(minute.id()));
  }

  void acknowledge(Batch batch) {
    for (PendingMinute part : batch.minutes()) {
      PendingMinute minute = byId.get(part.id());
      if (minute != null) {
        replace(minute.without(part.values()));
      }
    }
  }

  int requestsForNewest(Receiver receiver, int most) {
    Set<Instant> newest = new HashSet<>();
    int datums = 0;
    for (PendingMinute minute : newestFirst(receiver)) {
      newest.add(minute.minute());
      if (newest.size() > most) {
        break;
      }
      datums += minute.datumCount();
    }
    return Math.max(1, (datums + receiver.mostDatums - 1) / receiver.mostDatums);
  }
}
