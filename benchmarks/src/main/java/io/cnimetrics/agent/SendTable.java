package io.cnimetrics.agent;

import static java.util.Collections.list;

import io.cnimetrics.agent.Meter.Cost;
import io.cnimetrics.catalog.Metric;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.cloudwatch.CloudWatchSink;
import io.cnimetrics.cloudwatch.LocalSink;
import io.cnimetrics.publish.Answer;
import io.cnimetrics.publish.Datum;
import io.cnimetrics.publish.MetricSink;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSessionContext;

/** Prints what one send costs, warm; CloudWatch is in another process. */
public final class SendTable {
  private static final Duration LIMIT = Duration.ofSeconds(10);
  private static final int WARM_UPS = 400;
  private static final int ROUNDS = 5;
  private static final int SENDS = 100;

  private static final List<Metric> METRICS = MetricCatalog.all();

  private SendTable() {}

  /** Measures: {@code HTTP_URL HTTPS_URL}. */
  public static void main(String[] args) {
    System.out.printf(
        "one send on JDK %s, median of %d rounds of %d:%n", Runtime.version(), ROUNDS, SENDS);
    CostLines.printTitles();
    for (int datums : new int[] {METRICS.size(), MetricSink.MOST_DATUMS}) {
      String what = "%,d datums, ".formatted(datums);
      CostLines.print(what + "without TLS", send(args[0], datums, () -> {}));
      CostLines.print(what + "resumed TLS", send(args[1], datums, () -> {}));
      CostLines.print(what + "new TLS", send(args[1], datums, SendTable::forgetTlsSessions));
    }
  }

  private static Cost send(String url, int count, Runnable prepare) {
    List<Datum> datums = datums(count);
    try (CloudWatchSink sink = LocalSink.at(url, new ModelClock())) {
      return new Meter(ROUNDS, SENDS)
          .measure(
              WARM_UPS,
              prepare,
              () -> {
                Answer answer = sink.put("Kubernetes/CNI", datums, LIMIT);
                if (!answer.equals(Answer.ACCEPTED)) {
                  throw new IllegalStateException(answer.message());
                }
              });
    }
  }

  /** Minutes with all metrics each. */
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

  /** The JDK resumes them; a server may not let it. */
  private static void forgetTlsSessions() {
    try {
      SSLSessionContext sessions = SSLContext.getDefault().getClientSessionContext();
      for (byte[] id : list(sessions.getIds())) {
        SSLSession session = sessions.getSession(id);
        if (session != null) {
          session.invalidate();
        }
      }
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
