package io.cnimetrics.publish;

import io.cnimetrics.publish.MetricSink.Datum;
import io.cnimetrics.publish.MetricSink.PutResult;
import io.cnimetrics.publish.MetricSink.PutResult.Status;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** A CloudWatch in memory with configured answers. Thread-safe. */
public final class FakeCloudWatch implements MetricSink {
  public static final PutResult THROTTLED = failed(Status.RETRYABLE, "Throttling");
  public static final PutResult UNREACHABLE = failed(Status.RETRYABLE, "NO_ANSWER");
  public static final PutResult DENIED = failed(Status.UNAUTHORIZED, "AccessDenied");
  private static final PutResult TOO_OLD = failed(Status.INVALID, PutResult.TOO_OLD);
  private static final PutResult INVALID = failed(Status.INVALID, "InvalidParameterValue");
  private static final PutResult TOO_LARGE = failed(Status.INVALID, PutResult.TOO_LARGE);

  private final List<Datum> held = new ArrayList<>();
  private final List<List<Datum>> requests = new ArrayList<>();
  private final List<String> namespaces = new ArrayList<>();
  private final Deque<PutResult> next = new ArrayDeque<>();
  private Optional<PutResult> always = Optional.empty();
  private int most = MetricSink.MOST_DATUMS;
  private Predicate<Datum> bad = datum -> false;
  private Predicate<Datum> old = datum -> false;
  private Predicate<Datum> large = datum -> false;

  public static PutResult failed(Status status, String code) {
    return new PutResult(status, Optional.empty(), code, "failed with " + code, "send again");
  }

  /** Sets the answer for one request. */
  public synchronized FakeCloudWatch answerOnce(PutResult answer) {
    next.add(answer);
    return this;
  }

  /** Sets the answer for all requests from now on. */
  public synchronized void answerAlways(PutResult answer) {
    always = Optional.of(answer);
  }

  public synchronized void recover() {
    always = Optional.empty();
    next.clear();
  }

  /** Answers a request with more datums like a proxy with a small limit for bodies. */
  public synchronized void acceptAtMost(int datums) {
    most = datums;
  }

  public synchronized void reject(Predicate<Datum> datums) {
    bad = datums;
  }

  public synchronized void rejectAsTooOld(Predicate<Datum> datums) {
    old = datums;
  }

  /** Answers a request with such a datum like a proxy whose limit is below the datum's size. */
  public synchronized void refuseAsTooLarge(Predicate<Datum> datums) {
    large = datums;
  }

  @Override
  public synchronized PutResult put(String namespace, List<Datum> datums, Duration limit) {
    requests.add(datums);
    namespaces.add(namespace);
    if (!next.isEmpty()) {
      return next.remove();
    }
    if (always.isPresent()) {
      return always.get();
    }
    boolean tooMany = datums.size() > most && most < MetricSink.MOST_DATUMS;
    if (tooMany || datums.stream().anyMatch(large)) {
      return TOO_LARGE;
    }
    if (datums.stream().anyMatch(old)) {
      return TOO_OLD;
    }
    if (datums.size() > MetricSink.MOST_DATUMS || datums.stream().anyMatch(bad)) {
      return INVALID;
    }
    held.addAll(datums);
    return PutResult.ACCEPTED;
  }

  public synchronized List<Datum> held() {
    return List.copyOf(held);
  }

  public synchronized List<List<Datum>> requests() {
    return List.copyOf(requests);
  }

  /** All requests without the first ones. */
  public synchronized List<List<Datum>> requestsAfter(int first) {
    return List.copyOf(requests.subList(first, requests.size()));
  }

  public synchronized List<String> namespaces() {
    return List.copyOf(namespaces);
  }

  /** The values of a metric in a minute. */
  public List<Double> values(String metric, Instant minute) {
    return held().stream()
        .filter(datum -> datum.metric().equals(metric) && datum.at().equals(minute))
        .map(Datum::value)
        .toList();
  }
}
