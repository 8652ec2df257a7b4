package io.cnimetrics.simulator;

import static io.cnimetrics.text.Json.object;

import io.cnimetrics.catalog.Metric;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.simulator.SimulatedIpamd.NodeState;
import io.cnimetrics.text.Json;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Two days of a simulated cluster, as Prometheus answers {@code query_range}. One node has more
 * pods at day than at night, one node runs batches, and a new node exists only on the second day.
 */
public final class RecommendExample {
  private static final Instant START = Instant.parse("2026-11-26T00:00:00Z");
  private static final int MINUTES = 2 * 24 * 60 + 1;
  private static final int HOST_NETWORK_PODS = 3;

  private RecommendExample() {}

  /** The answer of Prometheus, as one JSON document on one line. */
  public static String answer() {
    List<Object> series = new ArrayList<>();
    series.addAll(node("ip-10-0-1-7", "m5.xlarge", 1, 0, MINUTES, days(9, 38)));
    series.addAll(newNode());
    series.addAll(node("ip-10-0-2-4", "m5.large", 4, 0, MINUTES, batches()));
    series.add(subnet());
    return Json.compact(
            object("status", "success", "data", object("resultType", "matrix", "result", series)))
        + "\n";
  }

  /** The series of the new node, as the answer contains them. */
  public static String newNodeSeries() {
    String list = Json.compact(newNode());
    return list.substring(1, list.length() - 1);
  }

  private static List<Object> newNode() {
    return node("ip-10-0-2-9", "m5.xlarge", 3, 1_980, 2_520, "8:3600s,8:30:0.01,30:14400s");
  }

  private static String days(int night, int day) {
    String rise = "%d:%d:0.004,%d:28800s".formatted(night, day, day);
    String fall = "%d:%d:0.004,%d:36000s".formatted(day, night, night);
    return "0:%d:0.2,%d:25200s,%s,%s,%s,%s".formatted(night, night, rise, fall, rise, fall);
  }

  private static String batches() {
    StringBuilder pods = new StringBuilder("0:3:0.1");
    for (int i = 0; i < 12; i++) {
      int most = 9 + i % 3;
      pods.append(",3:12600s,3:%d:2,%d:1200s,%d:3:1".formatted(most, most, most));
    }
    return pods.toString();
  }

  private static List<Object> node(
      String name, String type, int seed, int from, int until, String pods) {
    Scenario scenario =
        Scenario.of(type).pods(PodSchedule.parse(pods)).oldestEndFirst(true).seed(seed);
    SimulatedNode node = new SimulatedNode(scenario);
    Map<Metric, List<Object>> points = new LinkedHashMap<>();
    for (int minute = from; minute < until; minute++) {
      node.advanceTo(Duration.ofMinutes(minute - from).plusSeconds(37));
      NodeState state = node.state();
      int most = scenario.mostEnis() * scenario.addressesPerEni();
      put(points, MetricCatalog.ASSIGN_IP_ADDRESSES, minute, state.assigned());
      put(points, MetricCatalog.COOLING_IP_ADDRESSES, minute, state.cooling());
      put(points, MetricCatalog.TOTAL_IP_ADDRESSES, minute, state.total());
      put(points, MetricCatalog.TOTAL_IPV4_PREFIXES, minute, state.prefixes());
      put(points, MetricCatalog.MAX_IP_ADDRESSES, minute, most);
      put(points, MetricCatalog.ENI_MAX_AVAILABLE, minute, scenario.mostEnis());
      put(
          points,
          MetricCatalog.EFFECTIVE_MAX_IP_ADDRESSES,
          minute,
          Math.min(most, scenario.maxPods() - HOST_NETWORK_PODS));
      put(points, MetricCatalog.IPAMD_RESTARTS, minute, 0);
      for (Metric counter :
          List.of(
              MetricCatalog.ADD_REQ_COUNT,
              MetricCatalog.DEL_REQ_COUNT,
              MetricCatalog.NO_AVAILABLE_IP_ADDRS,
              MetricCatalog.EC2_API_REQ_COUNT)) {
        put(points, counter, minute, (long) state.counter(counter.onlySeries().name()));
      }
    }
    List<Object> series = new ArrayList<>();
    points.forEach((metric, values) -> series.add(series(metric, labels(name, type), values)));
    return series;
  }

  private static Map<String, String> labels(String node, String type) {
    Map<String, String> labels = new LinkedHashMap<>();
    labels.put("cluster", "prod");
    labels.put("node", node);
    labels.put("instance_type", type);
    return labels;
  }

  private static Object series(Metric metric, Map<String, String> labels, List<Object> values) {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("__name__", metric.prometheus().family());
    all.putAll(metric.prometheus().labels());
    all.putAll(labels);
    return object("metric", all, "values", values);
  }

  /** A subnet with a daily rhythm that loses 300 addresses a day. */
  private static Object subnet() {
    List<Object> values = new ArrayList<>();
    for (int minute = 0; minute < MINUTES; minute += 10) {
      double rhythm = 40 * Math.sin(2 * Math.PI * minute / (24 * 60));
      values.add(point(minute, Math.round(2_100 - 300 * minute / (24 * 60.0) + rhythm)));
    }
    Map<String, String> labels = labels("ip-10-0-1-7", "m5.xlarge");
    labels.put("subnet_id", "subnet-0a1b2c3d4e5f60718");
    return series(MetricCatalog.SUBNET_FREE_IPS, labels, values);
  }

  private static void put(Map<Metric, List<Object>> points, Metric metric, int minute, long value) {
    points.computeIfAbsent(metric, any -> new ArrayList<>()).add(point(minute, value));
  }

  private static List<Object> point(int minute, long value) {
    return List.of(START.getEpochSecond() + 60L * minute, String.valueOf(value));
  }
}
