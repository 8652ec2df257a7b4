package io.cnimetrics.cli;

import static java.util.stream.Collectors.joining;

import io.cnimetrics.config.AgentConfig;
import io.cnimetrics.config.Dimension;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Warns about settings with which the dashboard and alarms show wrong values or no values. */
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
          "namespace={} is also used by AWS's cni-metrics-helper. The helper sends one value per"
              + " cluster, but this agent sends one value per node, and CloudWatch mixes them."
              + " Therefore alarms for the helper may never fire. Set another --namespace.",
          HELPER_NAMESPACE);
    }
    if (!config.dimensions().contains(WATCHED)) {
      LOG.warn(
          "dimensions={} have no set with {} alone. The dashboard and the alarms read only this"
              + " set. Append this set to --dimensions, after a ';'.",
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
