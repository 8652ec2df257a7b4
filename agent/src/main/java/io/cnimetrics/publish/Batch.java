package io.cnimetrics.publish;

import io.cnimetrics.publish.MetricSink.Datum;
import java.util.List;
import java.util.stream.Stream;

/**
 * The content of one request to a receiver: whole minutes, or a part of one minute.
 *
 * @param minutes at least one minute. All minutes have the same namespace, and all dimensions are
 *     known
 */
record Batch(List<PendingMinute> minutes) {
  Batch {
    minutes = List.copyOf(minutes);
    if (minutes.isEmpty()) {
      throw new IllegalArgumentException("a request needs at least one minute");
    }
  }

  String namespace() {
    return minutes.get(0).destination().namespace();
  }

  List<Datum> datums() {
    return minutes.stream().flatMap(minute -> minute.datums().stream()).toList();
  }

  /** Whether the batch has only one value. Such a batch cannot be halved. */
  boolean isSingle() {
    return minutes.size() == 1 && minutes.get(0).values().size() == 1;
  }

  /** Two halves of the batch. If the batch has only one minute, its values are divided. */
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
