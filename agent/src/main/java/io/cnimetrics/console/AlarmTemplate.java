package io.cnimetrics.console;

import static io.cnimetrics.console.AlarmParameters.COMPOSITE;
import static io.cnimetrics.console.AlarmParameters.EACH_PAGES;
import static io.cnimetrics.console.AlarmParameters.HAS_RUNBOOK;
import static io.cnimetrics.console.AlarmParameters.HAS_SUPPRESSOR;
import static io.cnimetrics.console.AlarmParameters.HAS_TAG;
import static io.cnimetrics.console.CloudFormation.either;
import static io.cnimetrics.console.CloudFormation.join;
import static io.cnimetrics.console.CloudFormation.only;
import static io.cnimetrics.console.CloudFormation.ref;
import static io.cnimetrics.console.CloudFormation.sub;
import static io.cnimetrics.text.Json.object;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.console.Alarm.Evaluation;
import io.cnimetrics.console.Alarm.Severity;
import io.cnimetrics.console.Alarm.Switch;
import io.cnimetrics.console.Alarm.Text;
import io.cnimetrics.console.Alarm.Threshold;
import io.cnimetrics.console.ClusterSeries.ClusterStatistic;
import io.cnimetrics.text.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Writes the alarms on a cluster's metrics as one CloudFormation template. */
public final class AlarmTemplate {
  /** CloudFormation's limit for a template that is not in S3. */
  public static final int MOST_BYTES_OF_TEXT = 51_200;

  private static final int MOST_CHILDREN = 100;
  private static final int MOST_RULE_CHARACTERS = 10_240;

  /** How long an alarm on missing data waits for the first agents after the stack was created. */
  private static final int WARM_UP_MINUTES = 30;

  /** How long a page is delayed, so that the suppressor alarm has time to start. */
  private static final int SUPPRESSOR_WAIT_SECONDS = 120;

  /** How long the composite alarm sends no pages after the suppressor alarm has ended. */
  private static final int SUPPRESSOR_EXTENSION_SECONDS = 300;

  private final Settings settings;

  private AlarmTemplate(Settings settings) {
    this.settings = settings;
  }

  /** Writes the template. The text is indented if it is then small enough for CloudFormation. */
  public static String of(Settings settings) {
    return text(new AlarmTemplate(settings).template());
  }

  static String text(Map<String, Object> template) {
    String indented = Json.indented(template);
    return fitsAsText(indented) ? indented : Json.compact(template) + "\n";
  }

  /** Whether CloudFormation accepts the template as text. A larger template must be in S3. */
  public static boolean fitsAsText(String template) {
    return template.getBytes(UTF_8).length <= MOST_BYTES_OF_TEXT;
  }

  /**
   * The largest number of subnets in one template. CloudWatch limits the number of alarms in a
   * composite alarm, and the length of the composite alarm's rule. The rule contains the cluster's
   * name.
   */
  public static int mostSubnets(Optional<String> clusterId) {
    String suffix = AlarmTable.subnetEmpty("subnet-0123456789abcdef0").name();
    String child = "ALARM(\"cni-%s-%s\") OR ".formatted(clusterId.orElse(""), suffix);
    return Math.min(MOST_CHILDREN, MOST_RULE_CHARACTERS / child.length()) - AlarmTable.PAGES.size();
  }

  private Map<String, Object> template() {
    return object(
        "AWSTemplateFormatVersion", "2010-09-09",
        "Description",
            "Alarms for pod addresses of the VPC CNI in an EKS cluster%s. Agents send every %s."
                .formatted(
                    settings.region().map(region -> " in " + region).orElse(""),
                    settings.publishMinutes() == 1
                        ? "minute"
                        : settings.publishMinutes() + " minutes"),
        "Parameters", AlarmParameters.parameters(settings),
        "Conditions", AlarmParameters.conditions(),
        "Resources", resources());
  }

  private Map<String, Object> resources() {
    Map<String, Object> resources = new LinkedHashMap<>();
    List<Alarm> pages = pages();
    pages.forEach(alarm -> resources.put(alarm.id(), alarm(alarm)));
    resources.put("PodsCannotStart", composite(pages));
    Stream.concat(
            AlarmTable.TICKETS.stream(),
            settings.subnetIds().stream().map(AlarmTable::subnetEmptySoon))
        .forEach(alarm -> resources.put(alarm.id(), alarm(alarm)));
    if (settings.dashboard()) {
      resources.put("Dashboard", dashboard());
    }
    return resources;
  }

  private List<Alarm> pages() {
    List<Alarm> pages = new ArrayList<>(AlarmTable.PAGES);
    settings.subnetIds().forEach(subnetId -> pages.add(AlarmTable.subnetEmpty(subnetId)));
    return pages;
  }

  private Map<String, Object> alarm(Alarm alarm) {
    Evaluation evaluation = alarm.evaluation().sentEvery(settings.publishMinutes());
    // A subnet with a few free addresses causes no trouble on a node yet.
    boolean early = alarm.isOfSubnet() && !alarm.text().troubles().isEmpty();
    String find = whichNode(alarm.text());
    String whichNode =
        early ? find.replaceFirst("^Find the node", "$0, once pods are refused,") : find;
    Map<String, Object> properties = common(alarm.name(), alarm.text(), whichNode);
    properties.putAll(measured(alarm));
    properties.putAll(
        object(
            "ComparisonOperator", alarm.comparison().operator,
            "Threshold", threshold(alarm.threshold()),
            "EvaluationPeriods", evaluation.periods(),
            "DatapointsToAlarm", evaluation.datapoints(),
            "TreatMissingData", evaluation.missing().label,
            "WarmUpConfiguration",
                Optional.of(object("WarmUpPeriodDurationInMinutes", WARM_UP_MINUTES))
                    .filter(any -> evaluation.missing() == Evaluation.Missing.BREACHING)));
    boolean pages = alarm.severity() == Severity.PAGE;
    String condition = pages ? EACH_PAGES : AlarmParameters.hasTopic(alarm.severity());
    properties.putAll(actions(alarm.severity(), condition));
    return resource("AWS::CloudWatch::Alarm", alarm.onBy().map(Switch::parameter), properties);
  }

  private Map<String, Object> composite(List<Alarm> pages) {
    String anyOn =
        pages.stream()
            .map(alarm -> "ALARM(\"${%s}\")".formatted(alarm.id()))
            .collect(Collectors.joining(" OR "));
    Text text = AlarmTable.CANNOT_START;
    Map<String, Object> properties = common("pods-cannot-start", text, whichNode(text));
    properties.putAll(
        object(
            "AlarmRule", sub(anyOn),
            "ActionsSuppressor", only(HAS_SUPPRESSOR, ref("SuppressorAlarm")),
            "ActionsSuppressorWaitPeriod", only(HAS_SUPPRESSOR, SUPPRESSOR_WAIT_SECONDS),
            "ActionsSuppressorExtensionPeriod",
                only(HAS_SUPPRESSOR, SUPPRESSOR_EXTENSION_SECONDS)));
    properties.putAll(actions(Severity.PAGE, AlarmParameters.hasTopic(Severity.PAGE)));
    return resource("AWS::CloudWatch::CompositeAlarm", Optional.of(COMPOSITE), properties);
  }

  private Map<String, Object> dashboard() {
    return resource(
        "AWS::CloudWatch::Dashboard",
        Optional.empty(),
        object(
            "DashboardName", ref("DashboardName"),
            "DashboardBody",
                sub(DashboardBody.inTemplate(settings.region(), !settings.subnetIds().isEmpty()))));
  }

  static Map<String, Object> resource(
      String type, Optional<String> condition, Map<String, Object> properties) {
    return object("Type", type, "Condition", condition, "Properties", properties);
  }

  /**
   * @param whichNode the line of the description that says how to find the node
   */
  static Map<String, Object> common(String name, Text text, String whichNode) {
    return object(
        "AlarmName", sub("${NamePrefix}-${ClusterId}-" + name),
        "AlarmDescription",
            join(
                description(text, whichNode),
                "\nRunbook: ",
                either(HAS_RUNBOOK, ref("RunbookUrl"), Alarm.runbook(name))),
        "Tags",
            List.of(
                object("Key", "cluster", "Value", ref("ClusterId")),
                only(HAS_TAG, object("Key", ref("TagKey"), "Value", ref("TagValue")))));
  }

  static String whichNode(Text text) {
    return text.troubles().isEmpty()
        ? "Find the agents: " + WhichNode.agents()
        : "Find the node with %s, or in Logs Insights: ".formatted(WhichNode.PLUGIN)
            + WhichNode.logsInsights(
                text.troubles(), text.troubles().contains(MetricCatalog.AWS_API_ERR));
  }

  private static Map<String, Object> description(Text text, String whichNode) {
    return sub(
        "Cluster ${ClusterId}: %s. %s\n%s\nExamine NODE: ${%s}\nSee the verdict and the findings %s."
            .formatted(
                text.title(),
                text.meaning(),
                whichNode,
                AlarmParameters.DOCTOR,
                String.join(", ", text.checks())));
  }

  private static Map<String, Object> measured(Alarm alarm) {
    if (!alarm.formula().plain()) {
      return object("Metrics", math(alarm));
    }
    ClusterSeries series = alarm.formula().series().get(0);
    Map<String, Object> metric = metric(series);
    ClusterStatistic statistic = series.statistic();
    metric.put(statistic.extended() ? "ExtendedStatistic" : "Statistic", statistic.label);
    metric.put("Period", periodSeconds(alarm));
    return metric;
  }

  private static List<Object> math(Alarm alarm) {
    List<Object> metrics = new ArrayList<>();
    for (ClusterSeries series : alarm.formula().series()) {
      String stat = series.statistic().label;
      Object measured =
          object("Metric", metric(series), "Stat", stat, "Period", periodSeconds(alarm));
      metrics.add(object("Id", series.id(), "MetricStat", measured, "ReturnData", false));
    }
    String expression = alarm.formula().expression();
    String title = alarm.text().title();
    metrics.add(
        object("Id", "result", "Expression", expression, "Label", title, "ReturnData", true));
    return metrics;
  }

  private static int periodSeconds(Alarm alarm) {
    return 60 * alarm.evaluation().periodMinutes();
  }

  private static Map<String, Object> metric(ClusterSeries series) {
    List<Object> dimensions = new ArrayList<>();
    dimensions.add(object("Name", ClusterSeries.CLUSTER, "Value", ref("ClusterId")));
    series
        .subnetId()
        .ifPresent(id -> dimensions.add(object("Name", ClusterSeries.SUBNET, "Value", id)));
    return object(
        "Namespace", ref("Namespace"),
        "MetricName", series.metric().name(),
        "Dimensions", dimensions);
  }

  private static Object threshold(Threshold threshold) {
    return threshold.parameter().<Object>map(CloudFormation::ref).orElse(threshold.value());
  }

  static Map<String, Object> actions(Severity severity, String condition) {
    List<Object> topics = List.of(ref(AlarmParameters.topicOf(severity)));
    return object(
        "AlarmActions", only(condition, topics),
        "OKActions", only(AlarmParameters.notifiesOk(condition), topics));
  }

  /**
   * The settings of an alarm template.
   *
   * @param clusterId the default of parameter ClusterId; if empty, the parameter has no default
   * @param region the region of the cluster; empty means the region of the stack
   * @param namespace the default of parameter Namespace
   * @param publishMinutes the agents' publish interval, in minutes
   * @param subnetIds the distinct subnets that get an alarm, at most {@link #mostSubnets}. The list
   *     is needed, because alarms cannot search for metrics.
   * @param dashboard whether the template includes the dashboard
   */
  public record Settings(
      Optional<String> clusterId,
      Optional<String> region,
      String namespace,
      int publishMinutes,
      List<String> subnetIds,
      boolean dashboard) {}
}
