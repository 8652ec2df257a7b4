package io.cnimetrics.console;

import static io.cnimetrics.testing.Json.text;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.testing.Json;
import io.cnimetrics.testing.Stack;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AlarmTemplateTest {
  private static final String PAGES = "arn:aws:sns:eu-west-1:111122223333:pages";
  private static final String TICKETS = "arn:aws:sns:eu-west-1:111122223333:tickets";
  private static final Map<String, String> TOPICS =
      Map.of("PageTopicArn", PAGES, "TicketTopicArn", TICKETS);
  private static final List<String> SUBNETS = List.of("subnet-0a");

  @Test
  void alarmsKeepTheLimitsOfCloudWatch() {
    for (Map<?, ?> alarm : stack(5, Map.of("NodesNearlyFullAlarm", "true")).alarms().values()) {
      assertThat(alarm.toString()).doesNotContain("SEARCH", "Average", "FILL");
      if (alarm.containsKey("Metrics")) {
        assertThat(Json.members(alarm, "Metrics")).hasSizeLessThanOrEqualTo(10);
      }
      double seconds = 60 * (Double) Objects.requireNonNull(alarm.get("EvaluationPeriods"));
      assertThat(seconds).isLessThanOrEqualTo(86_400);
    }
  }

  @Test
  void namesAndDescriptionsFitTheLimitsWithAnyParameters() {
    Map<String, String> longest = longestAnd(Map.of());
    Stack stack =
        Stack.of(AlarmTemplate.of(settings(5, List.of("subnet-0123456789abcdef0"))), longest);
    List<Map<?, ?>> all = new ArrayList<>(stack.alarms().values());
    all.addAll(stack.composites().values());

    assertThat(all).hasSize(12);
    assertThat(all)
        .allSatisfy(
            alarm -> {
              assertThat(text(alarm, "AlarmName")).hasSizeLessThanOrEqualTo(255);
              assertThat(text(alarm, "AlarmDescription"))
                  .hasSizeLessThanOrEqualTo(1024)
                  .contains(
                      "\nFind the ",
                      "\nExamine NODE: kubectl -n kube-system exec $(kubectl ",
                      "spec.nodeName=NODE) -- cni-metrics-agent doctor\nSee the verdict",
                      "\nRunbook: https://rrr");
            });
  }

  /** The longest values of the parameters, with all alarms that both templates can have. */
  private static Map<String, String> longestAnd(Map<String, String> more) {
    Map<String, String> parameters = new HashMap<>(more);
    parameters.put("ClusterId", "c".repeat(128));
    parameters.put("NamePrefix", "p".repeat(60));
    parameters.put("RunbookUrl", "https://" + "r".repeat(192));
    parameters.put("NodesNearlyFullAlarm", "true");
    return parameters;
  }

  @Test
  void promqlAlarmsFitTheLimitsAndNameTheNode() {
    Map<String, String> longest =
        longestAnd(Map.of("PageTopicArn", PAGES, "NodeSilentAlarm", "true"));
    Map<String, Map<?, ?>> alarms =
        Stack.of(PromqlTemplate.of(settings(5, List.of())), longest).alarms();

    assertThat(alarms).hasSize(12).containsKeys("NoData", "SubnetEmpty", "NodeSilent");
    assertThat(alarms.values())
        .allSatisfy(
            alarm -> {
              assertThat(text(alarm, "AlarmName")).hasSizeLessThanOrEqualTo(255);
              assertThat(text(alarm, "AlarmDescription"))
                  .hasSizeLessThanOrEqualTo(1024)
                  .contains("\nExamine NODE: kubectl ", "\nSee the verdict", "\nRunbook: https://");
              assertThat(alarm.containsKey("MetricName") || alarm.containsKey("Metrics")).isFalse();
            });
    assertThat(alarm(alarms, "PodsGetNoAddress").get("AlarmActions")).isEqualTo(List.of(PAGES));
    assertThat(query(alarms, "PodsGetNoAddress"))
        .isEqualTo(
            "max by (cluster, node, instance, zone) (max_over_time(cni_no_ip_address_seconds"
                + "{cluster=\"%s\"}[13m])) >= 60 * 3".formatted("c".repeat(128)));
  }

  private static String query(Map<String, Map<?, ?>> alarms, String id) {
    Map<?, ?> criteria = Json.member(alarm(alarms, id), "EvaluationCriteria");
    return text(Json.member(criteria, "PromQLCriteria"), "Query");
  }

  private static Map<?, ?> alarm(Map<String, Map<?, ?>> alarms, String id) {
    return Objects.requireNonNull(alarms.get(id), id);
  }

  /**
   * An alarm about denied calls must name only nodes with denied calls, not all nodes with errors.
   */
  @Test
  void alarmsOfEc2FindTheNodesByTheFindingOfTheTroubleLine() {
    Map<String, Map<?, ?>> alarms = stack(1, TOPICS).alarms();

    Map.of("Ec2Denies", "ec2-denied", "Ec2Throttles", "ec2-throttled")
        .forEach(
            (alarm, finding) ->
                assertThat(text(alarm(alarms, alarm), "AlarmDescription"))
                    .contains(
                        "trouble minute=.*(awsAPIErr)=/",
                        "parse @message /finding=(?<finding>",
                        "stats count(*) by node, finding",
                        "the findings " + finding));
    assertThat(text(alarm(alarms, "PodsGetNoAddress"), "AlarmDescription"))
        .contains("leaked-addresses", "lost-eni", "eniconfig", "trunk-slot");
  }

  @Test
  void alarmOfSubnetSaysFromWhenTheQueryFindsNodes() {
    Stack stack =
        Stack.of(AlarmTemplate.of(settings(1, List.of("subnet-1"))), Map.of("ClusterId", "prod"));

    assertThat(stack.alarms().values())
        .filteredOn(alarm -> text(alarm, "AlarmName").endsWith("subnet-empty-subnet-1"))
        .singleElement()
        .satisfies(
            alarm ->
                assertThat(text(alarm, "AlarmDescription"))
                    .contains("\nFind the node, once pods are refused, with kubectl cni-doctor"));
  }

  @Test
  void onlyTheCompositeAlarmSendsPages() {
    Stack stack = stack(1, TOPICS);

    for (Alarm alarm : AlarmTable.PAGES) {
      assertThat(alarm(stack, alarm.id()).containsKey("AlarmActions")).isFalse();
    }
    Map<?, ?> composite = composite(stack);
    assertThat(composite.get("AlarmActions")).isEqualTo(List.of(PAGES));
    assertThat(composite.get("OKActions")).isEqualTo(List.of(PAGES));
    assertThat(composite.get("AlarmRule"))
        .isEqualTo(
            "ALARM(\"cni-prod-pods-get-no-address\") OR ALARM(\"cni-prod-ipamd-down\")"
                + " OR ALARM(\"cni-prod-ipamd-crash-loop\")"
                + " OR ALARM(\"cni-prod-subnet-empty-subnet-0a\")");
    assertThat(composite.containsKey("ActionsSuppressor")).isFalse();
  }

  @Test
  void eachAlarmSendsPagesIfTheCompositeAlarmIsOff() {
    Map<String, String> parameters = new HashMap<>(TOPICS);
    parameters.put("PageOnce", "false");
    Stack stack = stack(1, parameters);

    assertThat(stack.composites()).isEmpty();
    for (Alarm alarm : AlarmTable.PAGES) {
      assertThat(alarm(stack, alarm.id()).get("AlarmActions")).isEqualTo(List.of(PAGES));
    }
  }

  @Test
  void ticketsUseTheTicketTopicAndNotifyTheEndOnlyIfEnabled() {
    Map<String, String> parameters = new HashMap<>(TOPICS);
    parameters.put("NotifyOk", "false");

    Map<?, ?> alarm = alarm(stack(1, parameters), "WarmPoolEmpty");

    assertThat(alarm.get("AlarmActions")).isEqualTo(List.of(TICKETS));
    assertThat(alarm.containsKey("OKActions")).isFalse();
  }

  @Test
  void suppressorAlarmSuppressesThePage() {
    Map<?, ?> composite = composite(stack(1, Map.of("SuppressorAlarm", "rolling")));

    assertThat(composite.get("ActionsSuppressor")).isEqualTo("rolling");
    assertThat(composite.get("ActionsSuppressorWaitPeriod")).isEqualTo(120.0);
    assertThat(composite.get("ActionsSuppressorExtensionPeriod")).isEqualTo(300.0);
  }

  @Test
  void alarmOnMissingDataWaitsForTheFirstAgents() {
    Map<String, Map<?, ?>> alarms = stack(1, Map.of()).alarms();

    assertThat(alarm(alarms, "NoData").get("WarmUpConfiguration"))
        .isEqualTo(Map.of("WarmUpPeriodDurationInMinutes", 30.0));
    alarms.remove("NoData");
    assertThat(alarms.values())
        .noneMatch(alarm -> "breaching".equals(alarm.get("TreatMissingData")));
  }

  @Test
  void switchesRemoveAlarms() {
    assertThat(stack(1, Map.of()).alarms())
        .containsKey("NoData")
        .doesNotContainKey("NodesNearlyFull");
    assertThat(stack(1, Map.of("NoDataAlarm", "false")).alarms()).doesNotContainKey("NoData");
  }

  @Test
  void alarmAndDashboardShareTheThreshold() {
    Stack stack = stack(1, Map.of("NoAddressMinutes", "7"));

    assertThat(alarm(stack, "PodsGetNoAddress").get("Threshold")).isEqualTo("7");
    assertThat(text(stack.dashboards().values().iterator().next(), "DashboardBody"))
        .contains("\"label\":\"page at or above 7: Pods get no address\",\"value\":7,");
  }

  @Test
  void dashboardInTheTemplateEqualsTheSeparateOne() {
    DashboardBody.Cluster prod = new DashboardBody.Cluster("prod", "eu-west-1", Optional.empty());

    String body = text(stack(1, Map.of()).dashboards().values().iterator().next(), "DashboardBody");

    assertThat(Json.object(body))
        .isEqualTo(
            Json.object(
                DashboardBody.of(
                    List.of(prod), "Kubernetes/CNI", new DashboardBody.Options(true, false, 1))));
  }

  @Test
  void templateWithTheDashboardAndTwoSubnetsFitsTheLimitForText() {
    List<String> subnets = List.of("subnet-0123456789abcdef0", "subnet-0123456789abcdef1");
    String template = AlarmTemplate.of(settings(5, subnets));

    assertThat(template.getBytes(UTF_8)).hasSizeLessThanOrEqualTo(51_200);
  }

  private static Map<?, ?> alarm(Stack stack, String id) {
    return alarm(stack.alarms(), id);
  }

  private static Map<?, ?> composite(Stack stack) {
    return Objects.requireNonNull(stack.composites().get("PodsCannotStart"));
  }

  private static Stack stack(int publishMinutes, Map<String, String> parameters) {
    return Stack.of(AlarmTemplate.of(settings(publishMinutes, SUBNETS)), parameters);
  }

  private static AlarmTemplate.Settings settings(int publishMinutes, List<String> subnetIds) {
    return new AlarmTemplate.Settings(
        Optional.of("prod"), Optional.empty(), "Kubernetes/CNI", publishMinutes, subnetIds, true);
  }
}
