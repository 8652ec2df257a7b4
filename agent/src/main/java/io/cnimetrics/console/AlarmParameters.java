package io.cnimetrics.console;

import static io.cnimetrics.console.CloudFormation.all;
import static io.cnimetrics.console.CloudFormation.isGiven;
import static io.cnimetrics.console.CloudFormation.isOn;
import static io.cnimetrics.text.Json.object;

import io.cnimetrics.console.Alarm.Switch;
import io.cnimetrics.console.Alarm.Threshold;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The parameters of the alarm template, and the conditions that use these parameters. */
final class AlarmParameters {
  static final String DOCTOR = "DoctorCommand";
  static final String COMPOSITE = "PageOnce";

  /** The condition under which each alarm of severity page notifies the topic. */
  static final String EACH_PAGES = "EachAlarmPages";

  static final String HAS_SUPPRESSOR = "HasSuppressor";
  static final String HAS_RUNBOOK = "HasRunbook";
  static final String HAS_TAG = "HasTag";
  private static final String NOTIFY_OK = "NotifiesOk";

  private static final String TOPIC_PATTERN = "(arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[\\w.-]+)?";

  private static final List<String> TRUE_OR_FALSE = List.of("true", "false");

  private AlarmParameters() {}

  /** The parameters of the template with PromQL alarms, which has no composite alarm. */
  static Map<String, Object> byNode(AlarmTemplate.Settings settings) {
    Map<String, Object> all = parameters(settings, AlarmTable.byNode());
    all.keySet().removeAll(List.of("Namespace", COMPOSITE, "SuppressorAlarm"));
    return all;
  }

  static Map<String, Object> parameters(AlarmTemplate.Settings settings) {
    List<Alarm> alarms = new ArrayList<>(AlarmTable.all());
    if (settings.subnetIds().isEmpty()) {
      alarms.removeIf(Alarm::isOfSubnet);
    }
    return parameters(settings, alarms);
  }

  private static Map<String, Object> parameters(
      AlarmTemplate.Settings settings, List<Alarm> alarms) {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put(
        "ClusterId",
        text(
            settings.clusterId(),
            DashboardBody.Cluster.NAMES,
            "Name of the cluster, which the agents publish as CLUSTER_ID"));
    all.put(
        "Namespace",
        text(
            settings.namespace(),
            "[A-Za-z0-9._/#: -]{1,255}",
            "CloudWatch namespace of the metrics"));
    all.put("PageTopicArn", topic("pages"));
    all.put("TicketTopicArn", topic("tickets"));
    all.put("NotifyOk", bool(true, "true: the topics are also notified when an alarm ends"));
    all.put("NamePrefix", text("cni", "[A-Za-z0-9_.-]{1,60}", "Prefix of all alarm names"));
    all.put(
        "TagKey",
        text("", ".{0,128}", "Key of a tag for each alarm, in addition to the stack's tags"));
    all.put("TagValue", text("true", ".{1,256}", "Value of the tag that TagKey names"));
    all.put(
        DOCTOR,
        text(
            WhichNode.doctor("NODE"),
            ".{1,1024}",
            "Command in each alarm's text. The command examines a node. Change it if the agents"
                + " are in another namespace"));
    all.put(
        "RunbookUrl",
        text(
            "",
            "(https?://\\S{1,192})?",
            "URL that each alarm's description shows instead of the page of the alarm"));
    alarms.stream()
        .map(Alarm::threshold)
        .filter(threshold -> threshold.parameter().isPresent())
        .forEach(threshold -> all.put(threshold.parameter().orElseThrow(), number(threshold)));
    all.put(
        COMPOSITE,
        bool(true, "true: only the composite alarm sends pages. false: each alarm sends pages"));
    all.put(
        "SuppressorAlarm",
        text(
            "",
            ".{0,255}",
            "Name of an alarm that is on during planned replacements of nodes. While that alarm is"
                + " on, the composite alarm sends no pages"));
    switches(alarms)
        .forEach(each -> all.put(each.parameter(), bool(each.on(), each.description())));
    if (settings.dashboard()) {
      all.put(
          "DashboardName",
          text(dashboardName(settings), "[A-Za-z0-9_-]{1,255}", "Name of the dashboard"));
    }
    return all;
  }

  static Map<String, Object> conditions() {
    Map<String, Object> conditions = conditions(AlarmTable.all());
    conditions.put(COMPOSITE, isOn(COMPOSITE));
    conditions.put(HAS_SUPPRESSOR, isGiven("SuppressorAlarm"));
    conditions.put("EachAlarm", object("Fn::Not", List.of(isOn(COMPOSITE))));
    conditions.put(EACH_PAGES, all("EachAlarm", hasTopic(Alarm.Severity.PAGE)));
    conditions.put(notifiesOk(EACH_PAGES), all(EACH_PAGES, NOTIFY_OK));
    return conditions;
  }

  /** The conditions that the templates have in common. */
  static Map<String, Object> conditions(List<Alarm> alarms) {
    Map<String, Object> conditions =
        object(
            HAS_RUNBOOK, isGiven("RunbookUrl"),
            HAS_TAG, isGiven("TagKey"),
            NOTIFY_OK, isOn("NotifyOk"));
    for (Alarm.Severity severity : Alarm.Severity.values()) {
      conditions.put(hasTopic(severity), isGiven(topicOf(severity)));
      conditions.put(notifiesOk(hasTopic(severity)), all(hasTopic(severity), NOTIFY_OK));
    }
    switches(alarms).forEach(each -> conditions.put(each.parameter(), isOn(each.parameter())));
    return conditions;
  }

  static String topicOf(Alarm.Severity severity) {
    return severity == Alarm.Severity.PAGE ? "PageTopicArn" : "TicketTopicArn";
  }

  static String hasTopic(Alarm.Severity severity) {
    return severity == Alarm.Severity.PAGE ? "HasPageTopic" : "HasTicketTopic";
  }

  /** The name of the condition under which a topic is notified when an alarm ends. */
  static String notifiesOk(String condition) {
    return condition + "Ok";
  }

  private static List<Switch> switches(List<Alarm> alarms) {
    return alarms.stream().flatMap(alarm -> alarm.onBy().stream()).toList();
  }

  private static String dashboardName(AlarmTemplate.Settings settings) {
    return "cni-" + settings.clusterId().orElse("metrics").replaceAll("[^A-Za-z0-9_-]", "-");
  }

  private static Map<String, Object> topic(String messages) {
    return text(
        "",
        TOPIC_PATTERN,
        "ARN of the SNS topic for %s. If empty, no topic is used. If a KMS key encrypts the topic,"
                .formatted(messages)
            + " the key's policy must allow cloudwatch.amazonaws.com kms:Decrypt and"
            + " kms:GenerateDataKey*. Otherwise no message arrives");
  }

  private static Map<String, Object> text(Object value, String pattern, String description) {
    return parameter("String", description, value, object("AllowedPattern", pattern));
  }

  private static Map<String, Object> bool(boolean value, String description) {
    String word = String.valueOf(value);
    return parameter("String", description, word, object("AllowedValues", TRUE_OR_FALSE));
  }

  private static Map<String, Object> number(Threshold threshold) {
    Map<String, Object> bounds =
        object("MinValue", threshold.least(), "MaxValue", threshold.most());
    return parameter("Number", threshold.description(), threshold.value(), bounds);
  }

  private static Map<String, Object> parameter(
      String type, String description, Object value, Map<String, Object> allowed) {
    Map<String, Object> all = object("Type", type, "Description", description, "Default", value);
    all.putAll(allowed);
    return all;
  }
}
