package io.cnimetrics.publish;

import io.cnimetrics.schedule.RequestLoad;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The content of one request: values of waiting minutes, each under all its sets of dimensions.
 *
 * @param entries at least one, all in one namespace
 */
record Batch(List<Entry> entries) {
  Batch {
    entries = List.copyOf(entries);
    if (entries.isEmpty()) {
      throw new IllegalArgumentException("a request without datums");
    }
  }

  /**
   * A value of a minute.
   *
   * @param destination all its dimensions are known
   */
  record Entry(PendingMinute of, MinuteValue value, Destination destination) {
    private List<Datum> datums() {
      Instant minute = Instant.ofEpochSecond(of.minute() * 60);
      return destination.sets().stream()
          .map(set -> new Datum(value.metric(), minute, value.value(), value.unit(), set))
          .toList();
    }
  }

  String namespace() {
    return entries.get(0).destination().namespace();
  }

  List<Datum> datums() {
    return entries.stream().flatMap(entry -> entry.datums().stream()).toList();
  }

  /** The two halves of a batch of more than one entry. */
  List<Batch> halves() {
    int middle = entries.size() / 2;
    return List.of(
        new Batch(entries.subList(0, middle)), new Batch(entries.subList(middle, entries.size())));
  }

  /** The values by the id of their minute. */
  Map<Long, Set<MinuteValue>> valuesById() {
    Map<Long, Set<MinuteValue>> values = new LinkedHashMap<>();
    for (Entry entry : entries) {
      values.computeIfAbsent(entry.of().id(), id -> new LinkedHashSet<>()).add(entry.value());
    }
    return values;
  }

  /** Fills a request up to CloudWatch's limits. */
  static final class Filling {
    /** CloudWatch accepts 1 MB; the compressed request is far smaller. */
    private static final int MOST_BYTES = 900_000;

    private final List<Entry> entries = new ArrayList<>();
    private int datums;
    private int bytes;

    /** Adds a whole minute; returns false if it does not fit or has another namespace. */
    boolean add(PendingMinute minute, Destination destination) {
      int more = minute.values().size() * destination.sets().size();
      int moreBytes =
          minute.values().stream()
              .mapToInt(value -> destination.bytesOfDatums(value.metric()))
              .sum();
      if (!entries.isEmpty()
          && (datums + more > RequestLoad.MOST_DATUMS
              || bytes + moreBytes > MOST_BYTES
              || !entries.get(0).destination().namespace().equals(destination.namespace()))) {
        return false;
      }
      minute.values().forEach(value -> entries.add(new Entry(minute, value, destination)));
      datums += more;
      bytes += moreBytes;
      return true;
    }

    boolean isEmpty() {
      return entries.isEmpty();
    }

    Batch batch() {
      return new Batch(entries);
    }
  }
}
