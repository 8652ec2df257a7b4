package io.cnimetrics.publish;

import io.cnimetrics.publish.MetricSink.Datum;
import java.util.List;
import java.util.stream.Stream;

/**
 * The content of one request.
 *
 * @param minutes at least one, or a part of one; all in one namespace, all dimensions known
 */
record Batch(List<PendingMinute> minutes) {
  Batch {
    minutes = List.copyOf(minutes);
    if (minutes.isEmpty()) {
      throw new IllegalArgumentException("a request without datums");
    }
  }

  String namespace() {
    return minutes.get(0).destination().namespace();
  }

  List<Datum> datums() {
    return minutes.stream().flatMap(minute -> minute.datums().stream()).toList();
  }

  /** Whether it is a single value, which cannot be halved. */
  boolean isSingle() {
    return minutes.size() == 1 && minutes.get(0).values().size() == 1;
  }

  /** Two halves: whole minutes, or parts of the only minute. */
  List<Batch> halves() {
    if (minutes.size() > 1) {
      return halves(minutes).map(Batch::new).toList();
    }
    PendingMinute only = minutes.get(0);
    return halves(only.values()).map(half -> new Batch(List.of(only.withValues(half)))).toList();
  }

  private static <T> Stream<List<T>> halves(List<T> list) {
    int middle = list.size() / 2;
    return Stream.of(list.subList(0, middle), list.subList(middle, list.size()));
  }
}
