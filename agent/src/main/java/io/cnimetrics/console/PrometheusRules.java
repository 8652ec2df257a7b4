package io.cnimetrics.console;

import static io.cnimetrics.text.Json.object;

import io.cnimetrics.catalog.Metric;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.catalog.PrometheusName;
import io.cnimetrics.console.Alarm.Severity;
import io.cnimetrics.console.Alarm.Text;
import io.cnimetrics.console.PromQuery.Dialect;
import io.cnimetrics.console.PromQuery.Subject;
import io.cnimetrics.text.Yaml;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Writes the alarms as alerting rules of Prometheus. */
public final class PrometheusRules {
  private static final String NAME = "cni-metrics-agent";

  /** Selects nodes that exist. Only kube-state-metrics knows whether a silent node still exists. */
  private static final String EXISTING = "\nand on (node) kube_node_info";

  private static final String NEEDS_KUBE_STATE_METRICS =
      "kube-state-metrics reports that the node still exists. Without kube-state-metrics this alert"
          + " cannot start, because a terminated node is silent too.\n";

  /** The findings that a rising counter shows, each with the metric of the counter. */
  private static final Map<String, Metric> COUNTED =
      new TreeMap<>(
          Map.of(
              "ec2-denied", MetricCatalog.AWS_API_DENIED_ERR,
              "ec2-no-addresses", MetricCatalog.AWS_API_NO_ADDRESS_ERR,
              "metadata-away", MetricCatalog.AWS_API_METADATA_ERR));

  private PrometheusRules() {}

  /**
   * Writes a rule file.
   *
   * @param clusterId the only cluster of the rules; empty if the rules are for all clusters
   * @param publishMinutes the agents' publish interval, in minutes
   */
  public static String file(Optional<String> clusterId, int publishMinutes) {
    return Yaml.of(groups(clusterId, publishMinutes));
  }

  /** Writes the same rules as an object {@code PrometheusRule} of the Prometheus operator. */
  public static String custom(Optional<String> clusterId, int publishMinutes) {
    String name = name(clusterId).toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9-]", "-");
    Map<String, Object> metadata = object("name", name.replaceAll("-+$", ""));
    metadata.put("labels", object("app.kubernetes.io/name", NAME));
    Map<String, Object> rules = object("apiVersion", "monitoring.coreos.com/v1");
    rules.putAll(object("kind", "PrometheusRule", "metadata", metadata));
    rules.put("spec", groups(clusterId, publishMinutes));
    return Yaml.of(rules);
  }

  private static String name(Optional<String> clusterId) {
    return NAME + clusterId.map(id -> "-" + id).orElse("");
  }

  private static Map<String, Object> groups(Optional<String> clusterId, int publishMinutes) {
    Dialect dialect =
        new Dialect(
            clusterId.map(id -> "{cluster" + PrometheusName.equal(id) + "}").orElse(""),
            publishMinutes,
            PromQuery::number,
            EXISTING);
    List<Object> rules =
        AlarmTable.byNode().stream().<Object>map(alarm -> rule(alarm, dialect)).toList();
    return object("groups", List.of(object("name", name(clusterId), "rules", rules)));
  }

  private static Map<String, Object> rule(Alarm alarm, Dialect dialect) {
    PromQuery query = dialect.of(alarm);
    return object(
        "alert", "Cni" + alarm.id(),
        "expr", query.expression(),
        "for", query.pendingMinutes() + "m",
        "labels", object("severity", severity(alarm)),
        "annotations", annotations(alarm));
  }

  /**
   * The severities of the Kubernetes community. Alarms that are off by default get the severity
   * info, except the alarm about a silent node.
   */
  private static String severity(Alarm alarm) {
    if (alarm.severity() == Severity.PAGE) {
      return "critical";
    }
    return alarm.isOnByDefault() || alarm.equals(AlarmTable.NODE_SILENT) ? "warning" : "info";
  }

  private static Map<String, Object> annotations(Alarm alarm) {
    Text text = alarm.text();
    String findings = "See the verdict and the findings " + String.join(", ", text.checks()) + ".";
    return switch (Subject.of(alarm)) {
      case NODE ->
          annotations(
              alarm,
              text.title() + ": {{ $labels.node }}",
              text.meaning()
                  + "\nNode {{ $labels.node }}, instance {{ $labels.instance }}, zone"
                  + " {{ $labels.zone }}, cluster {{ $labels.cluster }}.\n"
                  + (alarm.equals(AlarmTable.NODE_SILENT) ? NEEDS_KUBE_STATE_METRICS : "")
                  + (text.checks().size() == 1 ? "" : causes(text))
                  + findings,
              alarm.equals(AlarmTable.NODE_SILENT)
                  ? WhichNode.agent("{{ $labels.node }}")
                  : WhichNode.doctor("{{ $labels.node }}"));
      case SUBNET ->
          annotations(
              alarm,
              text.title() + ": {{ $labels.subnet_id }}",
              text.meaning()
                  + "\nSubnet {{ $labels.subnet_id }}, cluster {{ $labels.cluster }}. This query"
                  + " finds NODE: cni_node_info{subnets=~\".*{{ $labels.subnet_id }}.*\"}\n"
                  + findings,
              WhichNode.doctor("NODE"));
      case CLUSTER ->
          annotations(
              alarm,
              text.title() + "{{ with $labels.cluster }}: cluster {{ . }}{{ end }}",
              text.meaning()
                  + (alarm.equals(AlarmTable.NO_DATA)
                      ? "\n"
                      : "\nThis query finds NODE: topk(10, %s{cluster=\"{{ $labels.cluster }}\"})\n"
                          .formatted(alarm.metrics().get(0).prometheus().family()))
                  + findings,
              alarm.equals(AlarmTable.NO_DATA) ? WhichNode.agents() : WhichNode.doctor("NODE"));
    };
  }

  /** A template that names the findings whose counters rose. */
  private static String causes(Text text) {
    return COUNTED.entrySet().stream()
        .filter(counted -> text.checks().contains(counted.getKey()))
        .map(
            counted ->
                ("{{ with query (printf \"increase(%s{cluster=%%q,node=%%q}[15m]) > 0\""
                        + " $labels.cluster $labels.node) }}Probable cause: %s.\n{{ end }}")
                    .formatted(counted.getValue().prometheus().family(), counted.getKey()))
        .collect(Collectors.joining());
  }

  private static Map<String, Object> annotations(
      Alarm alarm, String summary, String description, String runbook) {
    return object(
        "summary", summary,
        "description", description,
        "runbook", runbook,
        "runbook_url", Alarm.runbook(alarm.name()));
  }
}
