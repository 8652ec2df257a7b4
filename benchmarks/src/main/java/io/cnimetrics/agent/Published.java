package io.cnimetrics.agent;

import io.cnimetrics.catalog.Metric;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.publish.Destination;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The metrics that an agent publishes, and how often.
 *
 * @param sets sets of dimensions
 */
record Published(String title, List<Metric> metrics, int sets, Duration interval) {
  static final Duration MINUTE = Duration.ofMinutes(1);
  static final Duration FIVE_MINUTES = Duration.ofMinutes(5);

  private static final String CLUSTER_ID = "CLUSTER_ID";

  static Published all(Duration interval) {
    return new Published("all metrics", MetricCatalog.all(), 1, interval);
  }

  static Published core(Duration interval) {
    List<Metric> core = MetricCatalog.all().stream().filter(Metric::core).toList();
    return new Published("core metrics", core, 1, interval);
  }

  /** Publishes each value 4 times: for the cluster, the node, the instance type and the zone. */
  static Published allUnderFourSets(Duration interval) {
    return new Published("all, 4 sets", MetricCatalog.all(), 4, interval);
  }

  Destination destination() {
    return new Destination(
        "Kubernetes/CNI",
        Stream.of(
                set(), set("NODE"), set("INSTANCE_TYPE"), set("INSTANCE_TYPE", "AVAILABILITY_ZONE"))
            .limit(sets)
            .toList());
  }

  private static Map<String, String> set(String... more) {
    Map<String, String> set = new LinkedHashMap<>();
    set.put(CLUSTER_ID, Destination.UNKNOWN);
    Stream.of(more).forEach(name -> set.put(name, Destination.UNKNOWN));
    return set;
  }
}
