package io.cnimetrics.chaos;

import io.cnimetrics.simulator.SimulatedIpamd.NodeState;
import io.cnimetrics.testing.ServedIpamd.Answer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The answers and the datums of a node that gets one more pod every ten seconds. */
final class OnePodMore {
  static final Instant START = Instant.parse("2026-11-21T10:00:00Z");

  private OnePodMore() {}

  static NodeState state(int second) {
    int pods = second / 10;
    return new NodeState(
        2, 100, pods, 0, 0, 1_000, 0, Map.of("awscni_add_ip_req_count", (double) pods));
  }

  /** The answers of ipamD: two every ten seconds, from the middle of the first minute on. */
  static List<Answer> answers(int endSecond) {
    List<Answer> answers = new ArrayList<>();
    for (int second = 30; second < endSecond; second += 10) {
      for (boolean metrics : List.of(false, true)) {
        answers.add(new Answer(START.plusSeconds(second), metrics, 0, state(second)));
      }
    }
    return answers;
  }

  /** The datums of a minute with the true values. All datums arrive at the same time. */
  static List<Put> puts(Instant minute, Instant at, NodeState last, int increase) {
    return Checker.metrics().stream()
        .map(metric -> new Put(at, true, minute, metric, value(metric, last, increase)))
        .toList();
  }

  private static double value(String metric, NodeState last, int increase) {
    return switch (metric) {
      case "assignIPAddresses" -> last.assigned();
      case "totalIPAddresses" -> last.total();
      case "eniAllocated" -> last.enis();
      case "addReqCount" -> increase;
      default -> 0;
    };
  }

  static void replace(List<Put> puts, String metric, Instant minute, double value) {
    puts.replaceAll(
        put ->
            put.metric().equals(metric) && put.minute().equals(minute)
                ? new Put(put.at(), true, minute, metric, value)
                : put);
  }
}
