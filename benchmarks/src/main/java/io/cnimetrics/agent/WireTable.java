package io.cnimetrics.agent;

import io.cnimetrics.cloudwatch.CloudWatchSink;
import io.cnimetrics.cloudwatch.LocalCloudWatch;
import io.cnimetrics.cloudwatch.LocalCloudWatch.Traffic;
import io.cnimetrics.cloudwatch.LocalSink;
import io.cnimetrics.publish.MetricSink;
import io.cnimetrics.publish.MetricSink.PutResult;
import io.cnimetrics.simulator.PodSchedule;
import io.cnimetrics.simulator.Scenario;
import io.cnimetrics.simulator.SimulatedIpamd;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/** Prints the bytes that one node sends to CloudWatch in an hour. */
public final class WireTable {
  private static final String INSTANCE_TYPE = "m5.xlarge";
  private static final Duration HOUR = Duration.ofHours(1);
  private static final String LINE = "%-13s %8s %8s %7s %10s %10s %10s%n";

  private WireTable() {}

  public static void main(String[] args) throws IOException {
    System.out.println("sent by one node in an hour, with 20 to 50 pods on an m5.xlarge:");
    System.out.printf(
        LINE, "what", "interval", "requests", "datums", "body bytes", "unzipped", "head bytes");
    for (Duration interval : List.of(Published.MINUTE, Published.FIVE_MINUTES)) {
      print(Published.all(interval));
      print(Published.core(interval));
      print(Published.allUnderFourSets(interval));
    }
  }

  private static void print(Published published) throws IOException {
    ModelClock clock = new ModelClock();
    AtomicLong datums = new AtomicLong();
    try (LocalCloudWatch cloudWatch = new LocalCloudWatch();
        CloudWatchSink sink = LocalSink.at(cloudWatch.url(), clock);
        SimulatedIpamd ipamd = simulated(clock);
        ModelAgent agent =
            new ModelAgent(
                published,
                INSTANCE_TYPE,
                LocalIpamd.at(ipamd.introspectionUrl(), ipamd.metricsUrl(), clock),
                counting(sink, datums),
                Optional.empty(),
                clock)) {
      // The agent's start is not counted.
      agent.pass(Duration.ofMinutes(10));
      Traffic before = cloudWatch.traffic();
      datums.set(0);
      agent.pass(HOUR);
      Traffic sent = cloudWatch.traffic().minus(before);
      System.out.printf(
          LINE,
          published.title(),
          published.interval().toSeconds() + " s",
          number(sent.requests()),
          number(datums.get()),
          number(sent.bodyBytes()),
          number(sent.plainBytes()),
          number(sent.headBytes()));
    }
  }

  private static SimulatedIpamd simulated(ModelClock clock) {
    return SimulatedIpamd.start(
        Scenario.of(INSTANCE_TYPE).pods(PodSchedule.parse("20:50:0.005")),
        SimulatedIpamd.Ports.ANY,
        Duration.ofMinutes(10),
        clock);
  }

  private static MetricSink counting(MetricSink sink, AtomicLong datums) {
    return (namespace, put, limit) -> {
      PutResult answer = sink.put(namespace, put, limit);
      if (!answer.equals(PutResult.ACCEPTED)) {
        throw new IllegalStateException(answer.message());
      }
      datums.addAndGet(put.size());
      return answer;
    };
  }

  private static String number(long number) {
    return "%,d".formatted(number);
  }
}
