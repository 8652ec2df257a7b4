package io.cnimetrics.publish;

import io.cnimetrics.catalog.Streak;
import io.cnimetrics.schedule.RequestLoad;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The minutes that wait to be sent, including those in a request right now. */
final class PendingMinutes {
  /** The most minutes that wait: a day. The oldest are dropped first. */
  static final int MOST_MINUTES = 24 * 60;

  /** Half of the journal's limit, so that a rewritten file always fits. */
  private static final long MOST_BYTES = Journal.MOST_BYTES / 2;

  /** CloudWatch accepts datums of the last two weeks; five minutes are left for the request. */
  private static final Duration OLDEST = Duration.ofDays(14).minusMinutes(5);

  private static final Logger log = LoggerFactory.getLogger(PendingMinutes.class);

  private static final Comparator<PendingMinute> OLDEST_FIRST =
      Comparator.comparingLong(PendingMinute::minute).thenComparingLong(PendingMinute::id);

  private final SendEvents events;
  private final TreeMap<Long, PendingMinute> byId = new TreeMap<>();
  private final Set<Long> taken = new HashSet<>();
  private final Interner<Destination> destinations = new Interner<>();
  private final Interner<List<MinuteValues.Name>> names = new Interner<>();
  private long bytes;

  PendingMinutes(SendEvents events) {
    this.events = events;
  }

  List<PendingMinute> all() {
    return List.copyOf(byId.values());
  }

  /** The number of different minutes: subnet values of a minute wait as an entry of their own. */
  int minutes() {
    Set<Long> minutes = new HashSet<>();
    byId.values().forEach(minute -> minutes.add(minute.minute()));
    return minutes.size();
  }

  Optional<PendingMinute> oldest() {
    return byId.values().stream().min(OLDEST_FIRST);
  }

  private List<PendingMinute> newestFirst() {
    return byId.values().stream().sorted(OLDEST_FIRST.reversed()).toList();
  }

  /** The number of entries whose dimensions are all known. */
  long sendable(Map<String, String> known) {
    return byId.values().stream()
        .filter(minute -> minute.destination().filled(known).isComplete())
        .count();
  }

  /** An id above all ids in use. */
  long nextId() {
    return byId.isEmpty() ? 1 : byId.lastKey() + 1;
  }

  void put(PendingMinute minute) {
    remove(minute.id());
    byId.put(minute.id(), minute.sharing(destinations, names));
    bytes += bytes(minute);
  }

  void remove(long id) {
    PendingMinute minute = byId.remove(id);
    bytes -= minute == null ? 0 : bytes(minute);
  }

  void clear() {
    byId.clear();
    bytes = 0;
  }

  /** The approximate size on disk. */
  private static long bytes(PendingMinute minute) {
    return 100 + 45L * minute.values().size() + minute.destination().bytesOfDatums("");
  }

  /**
   * Drops minutes over the limits, and minutes that CloudWatch rejects as too old or in the future.
   *
   * @return the ids of the dropped minutes
   */
  List<Long> dropUnsendable(Instant now) {
    long minute = Math.floorDiv(now.getEpochSecond(), 60);
    long oldest = minute - OLDEST.toMinutes();
    long newest = minute + Streak.MOST_MINUTES_AHEAD;
    List<Long> gone = dropOverBounds();
    for (PendingMinute waiting : all()) {
      if (!taken.contains(waiting.id()) && waiting.minute() < oldest) {
        gone.add(drop(waiting, DropReason.TOO_OLD));
      } else if (!taken.contains(waiting.id()) && waiting.minute() > newest) {
        gone.add(drop(waiting, DropReason.FUTURE));
      }
    }
    return gone;
  }

  /** Drops the oldest minutes until the rest is within the limits; minutes in a request stay. */
  List<Long> dropOverBounds() {
    List<Long> gone = new ArrayList<>();
    while ((byId.size() > MOST_MINUTES && minutes() > MOST_MINUTES) || bytes > MOST_BYTES) {
      Optional<PendingMinute> oldest =
          byId.values().stream().filter(minute -> !taken.contains(minute.id())).min(OLDEST_FIRST);
      if (oldest.isEmpty()) {
        break;
      }
      gone.add(drop(oldest.get(), DropReason.NO_ROOM));
    }
    return gone;
  }

  private long drop(PendingMinute minute, DropReason reason) {
    remove(minute.id());
    events.dropped(reason, minute.datums());
    log.warn(
        "dropped a minute that could not be sent: minute={} datums={} reason={}",
        Instant.ofEpochSecond(minute.minute() * 60),
        minute.datums(),
        reason);
    return minute.id();
  }

  /**
   * Takes as many minutes as fit into one request, the newest first, until they are released.
   *
   * @param known values of dimensions that were not known when the minutes ended
   */
  Optional<Batch> take(Map<String, String> known) {
    Batch.Filling filling = new Batch.Filling();
    for (PendingMinute minute : newestFirst()) {
      Destination destination = minute.destination().filled(known);
      if (!destination.isComplete() || taken.contains(minute.id())) {
        continue;
      }
      if (!filling.add(minute, destination)) {
        break;
      }
      taken.add(minute.id());
    }
    return filling.isEmpty() ? Optional.empty() : Optional.of(filling.batch());
  }

  void release(Batch batch) {
    taken.removeAll(batch.valuesById().keySet());
  }

  /**
   * Removes values that were sent or dropped.
   *
   * @return the change for the journal
   */
  JournalEntry acknowledge(Batch batch) {
    List<PendingMinute> less = new ArrayList<>();
    List<Long> gone = new ArrayList<>();
    for (Map.Entry<Long, Set<MinuteValue>> settled : batch.valuesById().entrySet()) {
      PendingMinute minute = byId.get(settled.getKey());
      if (minute == null) {
        continue;
      }
      PendingMinute rest = minute.without(settled.getValue());
      if (rest.values().isEmpty()) {
        remove(rest.id());
        gone.add(rest.id());
      } else {
        put(rest);
        less.add(rest);
      }
    }
    return new JournalEntry(Optional.empty(), less, gone);
  }

  /** The number of requests that the newest minutes need. */
  int requestsForNewest(int most) {
    Set<Long> newest = new HashSet<>();
    int datums = 0;
    for (PendingMinute minute : newestFirst()) {
      newest.add(minute.minute());
      if (newest.size() > most) {
        break;
      }
      datums += minute.datums();
    }
    return Math.max(1, (datums + RequestLoad.MOST_DATUMS - 1) / RequestLoad.MOST_DATUMS);
  }
}
