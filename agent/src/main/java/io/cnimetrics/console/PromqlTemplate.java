package io.cnimetrics.console;

import static io.cnimetrics.console.CloudFormation.sub;
import static io.cnimetrics.text.Json.object;

import io.cnimetrics.catalog.Metric;
import io.cnimetrics.catalog.Metric.Unit;
import io.cnimetrics.console.Alarm.Switch;
import io.cnimetrics.console.Alarm.Threshold;
import io.cnimetrics.console.PromQuery.Dialect;
import io.cnimetrics.console.PromQuery.Subject;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Writes the alarms as PromQL alarms of CloudWatch, in one CloudFormation template. Each node in
 * trouble is a contributor of an alarm. There is no composite alarm, because a composite alarm
 * would not name the contributors.
 */
public final class PromqlTemplate {
  private static final String DESCRIPTION =
      "PromQL alarms for pod addresses of the VPC CNI in an EKS cluster. The agents must send by"
          + " OTLP to CloudWatch.";

  private static final int INTERVAL_SECONDS = 60;

  /** Without this delay, an alarm would end and start again if a point reaches CloudWatch late. */
  private static final int RECOVERY_SECONDS = 300;

  private static final Pattern RANGE = Pattern.compile("\\[(\\d+)m]");

  private PromqlTemplate() {}

  /**
   * Writes the template.
   *
   * @param settings the settings, which must not name subnets or include a dashboard. The namespace
   *     has no effect
   */
  public static String of(AlarmTemplate.Settings settings) {
    Dialect dialect =
        new Dialect(
            "{cluster=\"${ClusterId}\"}", settings.publishMinutes(), PromqlTemplate::threshold, "");
    Map<String, Object> resources = new LinkedHashMap<>();
    AlarmTable.byNode().forEach(alarm -> resources.put(alarm.id(), alarm(alarm, dialect)));
    return AlarmTemplate.text(
        object(
            "AWSTemplateFormatVersion",
            "2010-09-09",
            "Description",
            DESCRIPTION,
            "Parameters",
            AlarmParameters.byNode(settings),
            "Conditions",
            AlarmParameters.conditions(AlarmTable.byNode()),
            "Resources",
            resources));
  }

  /** The alarms that are on by default and whose metrics the agents publish. */
  public static List<Alarm> alarms(Collection<Metric> metrics) {
    return AlarmTable.byNode().stream()
        .filter(alarm -> alarm.isOnByDefault() && metrics.containsAll(alarm.metrics()))
        .toList();
  }

  /**
   * The minutes of one node's samples that the alarms read in one evaluation. The few samples of
   * subnets are left out.
   */
  public static long minutesRead(Collection<Metric> metrics, int publishMinutes) {
    Dialect dialect = new Dialect("", publishMinutes, PromQuery::number, "");
    return alarms(metrics).stream()
        .filter(alarm -> !alarm.isOfSubnet())
        .flatMap(alarm -> RANGE.matcher(dialect.of(alarm).expression()).results())
        .mapToLong(range -> Long.parseLong(range.group(1)))
        .sum();
  }

  private static Map<String, Object> alarm(Alarm alarm, Dialect dialect) {
    PromQuery query = dialect.of(alarm);
    Map<String, Object> properties =
        AlarmTemplate.common(alarm.name(), alarm.text(), whichNode(alarm));
    Map<String, Object> criteria = object("Query", sub(query.expression()));
    criteria.put("PendingPeriod", 60 * query.pendingMinutes());
    criteria.put("RecoveryPeriod", RECOVERY_SECONDS);
    properties.put("EvaluationCriteria", object("PromQLCriteria", criteria));
    properties.put("EvaluationInterval", INTERVAL_SECONDS);
    properties.putAll(
        AlarmTemplate.actions(alarm.severity(), AlarmParameters.hasTopic(alarm.severity())));
    return AlarmTemplate.resource(
        "AWS::CloudWatch::Alarm", alarm.onBy().map(Switch::parameter), properties);
  }

  private static String whichNode(Alarm alarm) {
    Subject subject = Subject.of(alarm);
    if (subject == Subject.CLUSTER) {
      return AlarmTemplate.whichNode(alarm.text());
    }
    return (alarm.equals(AlarmTable.NODE_SILENT)
            ? "CloudWatch does not know whether a node was terminated. "
            : "")
        + "The contributors of this alarm name the %ss:"
            .formatted(subject == Subject.NODE ? "node" : "subnet")
        + " aws cloudwatch describe-alarm-contributors --alarm-name ALARM";
  }

  /** The template's parameter for a threshold, converted to the base unit. */
  private static String threshold(Threshold threshold, Unit unit) {
    return threshold
        .parameter()
        .map(
            name ->
                unit.inBaseUnit(1) == 1
                    ? "${%s}".formatted(name)
                    : "%s * ${%s}".formatted(PromQuery.factor(unit).toPlainString(), name))
        .orElseGet(() -> PromQuery.number(threshold, unit));
  }
}
