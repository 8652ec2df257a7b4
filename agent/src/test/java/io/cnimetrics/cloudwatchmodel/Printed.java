package io.cnimetrics.cloudwatchmodel;

import io.cnimetrics.agent.ModelCluster;
import io.cnimetrics.cli.Terminal;
import io.cnimetrics.testing.Stack;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The output of the commands that print alarms and dashboards, for the model's cluster. */
final class Printed {
  static final String NAMESPACE = "Kubernetes/CNI";
  static final String SUBNET = "subnet-0a";

  private Printed() {}

  static Board dashboard() {
    return Board.of(of("dashboard", "--region=eu-west-1", "--subnets=true"));
  }

  /** The stack of the alarms, with every alarm enabled. */
  static Stack alarms(int publishMinutes, Map<String, String> parameters) {
    Map<String, String> all = new LinkedHashMap<>(parameters);
    all.put("NodesNearlyFullAlarm", "true");
    return Stack.of(
        of("alarms", "--publish-interval=%dm".formatted(publishMinutes), "--subnet-ids=" + SUBNET),
        all);
  }

  /** The alarms on metrics, by their names in the template. */
  static Map<String, MetricAlarm> byId(Stack stack) {
    Map<String, MetricAlarm> alarms = new LinkedHashMap<>();
    stack.alarms().forEach((id, properties) -> alarms.put(id, MetricAlarm.of(properties)));
    return alarms;
  }

  static CompositeAlarm composite(Stack stack) {
    return CompositeAlarm.of(stack.composites().values().iterator().next());
  }

  static String of(String command, String... flags) {
    List<String> arguments = new ArrayList<>(List.of(command, "--cluster-id=" + ModelCluster.NAME));
    arguments.addAll(List.of(flags));
    Terminal terminal = new Terminal(Map.of());
    if (terminal.run(arguments.toArray(String[]::new)) != 0) {
      throw new IllegalStateException(terminal.err());
    }
    return terminal.out();
  }
}
