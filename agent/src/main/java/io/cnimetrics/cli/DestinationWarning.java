package io.cnimetrics.cli;

import static java.util.stream.Collectors.joining;

import io.cnimetrics.config.AgentConfig;
import io.cnimetrics.config.Dimension;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Warns if the metrics mix with those of AWS's helper, or if dashboard and alarms miss them. */
final class DestinationWarning {
  private static final Logger LOG = LoggerFactory.getLogger(DestinationWarning.class);
  private static final String HELPER_NAMESPACE = "Kubernetes";
  private static final List<Dimension> WATCHED = List.of(Dimension.CLUSTER_ID);

  private DestinationWarning() {}

  static void log(AgentConfig config) {
    if (!config.cloudwatch()) {
      return;
    }
    if (config.namespace().equals(HELPER_NAMESPACE)) {
      LOG.warn(
          "namespace={} is also used by AWS's cni-metrics-helper: metric names match, but here a"
              + " cluster's value is the Sum over its nodes; old alarms may never fire, and values"
              + " of both publishers mix",
          HELPER_NAMESPACE);
    }
    if (!config.dimensions().contains(WATCHED)) {
      LOG.warn(
          "dimensions={} have no set with {} alone, the only set that dashboard and alarms use: add"
              + " it, separated by ';'",
          asGiven(config.dimensions()),
          Dimension.CLUSTER_ID);
    }
  }

  private static String asGiven(List<List<Dimension>> sets) {
    return sets.stream()
        .map(set -> set.stream().map(Dimension::name).collect(joining(",")))
        .collect(joining(";"));
  }
}
