package io.cnimetrics.agent;

import io.cnimetrics.agent.Meter.Cost;
import io.cnimetrics.catalog.Metric;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.cloudwatch.CloudWatchSink;
import io.cnimetrics.cloudwatch.LocalSink;
import io.cnimetrics.publish.MetricSink;
import io.cnimetrics.publish.MetricSink.Datum;
import io.cnimetrics.publish.MetricSink.PutResult;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Prints the cost of one warm send. CloudWatch is in another process. */
public final class SendTable {
  private static final Duration LIMIT = Duration.ofSeconds(10);
  private static final int WARM_UPS = 400;
  private static final int ROUNDS = 5;
  private static final int SENDS = 100;
  private static final int FIRST = 10;

  private static final List<Metric> METRICS = MetricCatalog.all();

  private SendTable() {}

  /** Measures: {@code HTTP_URL RESUMED_TLS_URL NEW_TLS_URL}. */
  public static void main(String[] args) {
    System.out.printf(
        "one send on JDK %s, median of %d rounds of %d:%n", Runtime.version(), ROUNDS, SENDS);
    CostLines.printTitles();
    CostLines.print(
        "first %d, new TLS".formatted(FIRST),
        send(args[2], METRICS.size(), new Meter(1, FIRST), 0));
    for (int datums : new int[] {METRICS.size(), MetricSink.MOST_DATUMS}) {
      String what = "%,d datums, ".formatted(datums);
      CostLines.print(what + "without TLS", warm(args[0], datums));
      CostLines.print(what + "resumed TLS", warm(args[1], datums));
      CostLines.print(what + "new TLS", warm(args[2], datums));
    }
  }

  private static Cost warm(String url, int datums) {
    return send(url, datums, new Meter(ROUNDS, SENDS), WARM_UPS);
  }

  private static Cost send(String url, int count, Meter meter, int warmUps) {
    List<Datum> datums = datums(count);
    try (CloudWatchSink sink = LocalSink.at(url, new ModelClock())) {
      return meter.measure(
          warmUps,
          () -> {},
          () -> {
            PutResult answer = sink.put("Kubernetes/CNI", datums, LIMIT);
            if (!answer.equals(PutResult.ACCEPTED)) {
              throw new IllegalStateException(answer.message());
            }
          });
    }
  }

  /** Returns the datums of several minutes. Each minute has all metrics. */
  private static List<Datum> datums(int count) {
    SplittableRandom random = new SplittableRandom(1);
    Map<String, String> dimensions = Map.of("CLUSTER_ID", "production-eu");
    return IntStream.range(0, count)
        .mapToObj(
            i -> {
              Metric metric = METRICS.get(i % METRICS.size());
              long minute = i / METRICS.size();
              return new Datum(
                  metric.name(),
                  ModelClock.START.plusSeconds(60 * minute),
                  random.nextInt(100),
                  metric.unit(),
                  dimensions);
            })
        .toList();
  }
}
