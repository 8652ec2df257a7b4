package io.cnimetrics.agent;

import static io.cnimetrics.testing.Snapshots.eni;
import static io.cnimetrics.testing.Snapshots.ipv6;
import static io.cnimetrics.testing.Snapshots.nothingRead;
import static io.cnimetrics.testing.Snapshots.onCard;
import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.capacity.PodLimits;
import io.cnimetrics.catalog.Metric;
import io.cnimetrics.catalog.Metric.Unit;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.catalog.Sampler;
import io.cnimetrics.catalog.Sampler.PollSamples;
import io.cnimetrics.catalog.SamplerState;
import io.cnimetrics.publish.AlertListener.AlertChanges;
import io.cnimetrics.publish.MinuteValue;
import io.cnimetrics.snapshot.Eni;
import io.cnimetrics.snapshot.IpamdError;
import io.cnimetrics.snapshot.NodeSnapshot;
import io.cnimetrics.snapshot.Problem;
import io.cnimetrics.snapshot.Reason;
import io.cnimetrics.snapshot.Source;
import io.cnimetrics.testing.LogFields;
import io.cnimetrics.testing.LogFields.Field;
import io.cnimetrics.testing.RecordedLog;
import io.cnimetrics.testing.Snapshots;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The log line of an alert contains the cause of the alert, and no other cause. */
class AlertLogTest {
  private static final Instant START = Snapshots.START;
  private static final Problem MISMATCH =
      new Problem(
          Source.INTROSPECTION,
          Reason.MISMATCH,
          "ipamD states AssignedIPs 0 but lists 3",
          "count the list");
  private static final Problem WEAKER =
      new Problem(Source.METRICS, Reason.DEGRADED, "ipamD's metrics are not read", "use the type");
  private static final Problem REFUSED =
      new Problem(
          Source.INTROSPECTION,
          Reason.UNREACHABLE,
          "http://a/v1/enis: \"refused\"",
          "is aws-node here?");

  @AutoClose private final RecordedLog log = new RecordedLog(AlertLog.class.getName());
  private AlertLog alerts = new AlertLog("n", Optional.empty());
  private Sampler sampler = sampling(MetricCatalog.all());
  private SamplerState history = SamplerState.NONE;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "noAddressMinutes",
        "warmPoolEmptyMinutes",
        "ipamdDownMinutes",
        "ipamdErr",
        "forceRemoveIPs"
      })
  void problemsOfOtherKindsAreNoCause(String metric) {
    polled(nothingRead().enis(eni(0, 14, 3, 0)).metrics(), MISMATCH, WEAKER);

    assertThat(raised(metric)).startsWith("trouble minute=").doesNotContain("cause=");
  }

  @Test
  void problemOfTheReadIsTheCauseOfIpamdDown() {
    polled(nothingRead(), MISMATCH, WEAKER, REFUSED);

    assertThat(raised("ipamdDownMinutes"))
        .endsWith(" cause=\"UNREACHABLE: http://a/v1/enis: 'refused'\"")
        .contains(" ipamdDownMinutes=1 node=n instance=unknown");
  }

  @ParameterizedTest
  @CsvSource({
    "UnauthorizedOperation, EC2 denies calls of ipamD, ec2-denied",
    "InsufficientFreeAddressesInSubnet, the subnet has too few free addresses, ec2-no-addresses",
    "InsufficientCidrBlocks, the subnet has no free /28, ec2-no-prefixes",
    "RequestLimitExceeded, EC2 throttles ipamD, ec2-throttled",
    "InvalidSecurityGroupID.NotFound, the security group for new ENIs does not exist,"
        + " ec2-security-group",
    "NoSuchCode.Yet, AWS returns errors to ipamD, ec2-other"
  })
  void errorsOfEc2AreTheCauseOfRefusedPodsAndErrors(String code, String cause, String finding) {
    polled(onM5().enis(eni(0, 14, 14, 0)).metrics());
    polled(refused(code, 1).enis(eni(0, 14, 14, 0)).at(START.plusSeconds(30)));
    polled(refused(code, 3).enis(eni(0, 14, 14, 0)).at(START.plusSeconds(60)));

    for (String metric :
        List.of(
            "noAddressMinutes",
            "noAvailableIPAddrs",
            "warmPoolEmptyMinutes",
            "ipamdErr",
            "awsAPIErr",
            "ec2ApiErrCount")) {
      assertThat(raised(metric))
          .endsWith(
              " finding=%s cause=\"%s: CreateNetworkInterface %s, 3 since 10:00 UTC\""
                  .formatted(finding, cause, code));
    }
  }

  @Test
  void severalCallsWithOneCauseAreNamedTogether() {
    polled(onM5().enis(eni(0, 14, 14, 0)).metrics());
    Snapshots read = onM5().enis(eni(0, 14, 14, 0)).at(START.plusSeconds(30));
    read.error(Snapshots.apiError("CreateNetworkInterface", "UnauthorizedOperation"), 2);
    read.error(Snapshots.apiError("AttachNetworkInterface", "UnauthorizedOperation"), 5);
    read.error(Snapshots.apiError("DescribeSubnets", "AccessDenied"), 1);
    read.error(Snapshots.apiError("DescribeSubnets", "RequestLimitExceeded"), 9);
    polled(read);

    assertThat(raised("awsAPIErr"))
        .endsWith(
            " cause=\"EC2 denies calls of ipamD: AttachNetworkInterface UnauthorizedOperation, 5"
                + " since 10:00 UTC, CreateNetworkInterface UnauthorizedOperation, 2 since 10:00"
                + " UTC, and 1 other kind\"");
  }

  @Test
  void metadataThatIsAwayIsTheCauseOfPodsThatDoNotStart() {
    IpamdError away = Snapshots.apiError("GetVPCIPv4CIDRBlocks", "IMDSRequestError");
    polled(onM5().enis(full()).metrics());
    polled(onM5().enis(full()).error(away, 4).at(START.plusSeconds(30)));

    for (String metric : List.of("noAddressMinutes", "awsAPIErr")) {
      assertThat(raised(metric))
          .endsWith(
              " finding=metadata-away cause=\"instance metadata does not answer ipamD:"
                  + " GetVPCIPv4CIDRBlocks IMDSRequestError, 4 since 10:00 UTC\"");
    }
    assertThat(raised("ec2ApiErrCount")).doesNotContain("cause=");
  }

  @Test
  void errorsOfIpamdsFunctionsAreNamed() {
    polled(onM5().metrics());
    polled(
        onM5()
            .error(Snapshots.functionError("reconcileFailedGetENIs"), 2)
            .at(START.plusSeconds(30)));

    assertThat(raised("ipamdErr"))
        .endsWith(
            " finding=ipamd-errors cause=\"ipamD counts errors: reconcileFailedGetENIs, 2 since"
                + " 10:00 UTC\"");
  }

  @Test
  void errorsBeforeTheAgentAreNoCause() {
    polled(refused("UnauthorizedOperation", 900).enis(eni(0, 14, 14, 0)));

    assertThat(raised("awsAPIErr")).doesNotContain("cause=");
  }

  @Test
  void emptySubnetFromBeforeTheAgentIsTheCauseWhileIpamdPauses() {
    polled(noAddress().enis(eni(0, 14, 14, 0)));
    polled(noAddress().enis(eni(0, 14, 14, 0)).at(START.plusSeconds(90)));

    assertThat(raised("warmPoolEmptyMinutes"))
        .contains(
            "the subnet has too few free addresses: CreateNetworkInterface"
                + " InsufficientFreeAddressesInSubnet, 1 before 10:00 UTC",
            "finding=ec2-no-addresses");

    polled(noAddress().enis(eni(0, 14, 14, 0)).at(START.plusSeconds(300)));

    assertThat(raised("warmPoolEmptyMinutes")).doesNotContain("subnet");
  }

  @Test
  void emptySubnetFromBeforeTheAgentIsFoundInTheOrderOfTheCauses() {
    for (int seed = 0; seed < 20; seed++) {
      String call = "Call" + seed;
      alerts = new AlertLog("n", Optional.empty());
      polled(
          onM5()
              .error(Snapshots.apiError(call, "InsufficientFreeAddressesInSubnet"), 1)
              .error(Snapshots.apiError(call, "InsufficientCidrBlocks"), 1)
              .enis(eni(0, 14, 14, 0)));

      assertThat(raised("warmPoolEmptyMinutes")).contains("finding=ec2-no-prefixes");
    }
  }

  /** The first poll is 20 ms late. */
  @ParameterizedTest
  @CsvSource({"0, 3, 30, warm-pool", "1, 3, 30, stuck-action", "1, 6, 10, stuck-action"})
  void longChangeOfAnEmptyPoolWithoutCallsToEc2IsStuck(
      double changes, int polls, int interval, String finding) {
    for (int poll = 0; poll < polls; poll++) {
      polled(
          onM5()
              .enis(eni(0, 14, 14, 0))
              .metrics()
              .sum("awscni_no_available_ip_addresses", 10 + poll)
              .sum("awscni_ipamd_action_inprogress", changes)
              .at(START.plusMillis(poll == 0 ? 20 : 1_000L * interval * poll)));
    }

    assertThat(raised("noAddressMinutes")).contains("finding=" + finding);
  }

  @Test
  void allErrorsOfAnIpamdThatIsYoungerThanTheAgentAreACause() {
    polled(nothingRead(), REFUSED);
    polled(
        refused("UnauthorizedOperation", 3)
            .processStart((double) (START.getEpochSecond() + 5))
            .at(START.plusSeconds(30)));

    assertThat(raised("awsAPIErr"))
        .contains("CreateNetworkInterface UnauthorizedOperation, 3 since 10:00 UTC");
  }

  @Test
  void unusualErrorsOfMetadataCountAndUsualErrorsDoNot() {
    polled(onM5().metrics());
    Snapshots read = onM5().at(START.plusSeconds(30));
    read.error(Snapshots.apiError("GetMetadata", "EC2MetadataError"), 7);
    read.error(Snapshots.apiError("GetVPCIPv4CIDRBlocks", "EC2MetadataError"), 2);
    polled(read);

    assertThat(alerts.harmless(START, "awsAPIErr")).isEqualTo(7);
    assertThat(alerts.harmless(START, "ipamdErr")).isZero();
    assertThat(alerts.harmless(START.plusSeconds(60), "awsAPIErr")).isZero();
    assertThat(raised("awsAPIErr")).contains("GetVPCIPv4CIDRBlocks EC2MetadataError, 2 since");
  }

  @Test
  void causeDoesNotDependOnThePublishedMetrics() {
    sampler = sampling(List.of(MetricCatalog.named("noAddressMinutes").orElseThrow()));
    polled(onM5().enis(eni(0, 14, 14, 0)).metrics());
    polled(noAddress().enis(eni(0, 14, 14, 0)).at(START.plusSeconds(30)));

    assertThat(raised("noAddressMinutes"))
        .contains(" cause=\"the subnet has too few free addresses: ");
  }

  @Test
  void alertsOfPoolIpamdAndEc2NameACause() {
    polled(onM5().enis(eni(0, 14, 14, 0)).metrics());
    polled(noAddress().enis(eni(0, 14, 14, 0)).at(START.plusSeconds(30)), REFUSED);

    assertThat(MetricCatalog.all())
        .filteredOn(metric -> metric.alertAt().isPresent())
        .extracting(Metric::name)
        .filteredOn(metric -> raised(metric).contains(" cause="))
        .containsExactly(
            "ipamdErr",
            "nodeIPUtilization",
            "noAddressMinutes",
            "warmPoolEmptyMinutes",
            "ipamdDownMinutes",
            "ipamdRecentRestarts",
            "awsAPIErr",
            "awsUtilErr",
            "ec2ApiErrCount");
  }

  @Test
  void oldErrorOfEc2IsNoCause() {
    polled(onM5().enis(eni(0, 14, 3, 0)).metrics());
    polled(refused("RequestLimitExceeded", 1).enis(eni(0, 14, 3, 0)).at(START.plusSeconds(30)));
    polled(refused("RequestLimitExceeded", 1).enis(eni(0, 14, 3, 0)).at(START.plusSeconds(900)));

    assertThat(raised("noAddressMinutes")).doesNotContain("cause=");
  }

  @Test
  void fullNodeIsTheCauseInSpiteOfErrorsOfEc2AndMetadata() {
    polled(onM5().enis(full()).metrics());
    polled(
        refused("RequestLimitExceeded", 1)
            .error(Snapshots.apiError("GetVPCIPv4CIDRBlocks", "IMDSRequestError"), 4)
            .sum("awscni_no_available_ip_addresses", 3)
            .enis(full())
            .at(START.plusSeconds(30)));

    assertThat(raised("noAddressMinutes"))
        .endsWith(
            " finding=node-full cause=\"the node is full: pods hold 56 addresses of at most 56 = 4"
                + " ENIs × 14: limits of the instance type, because MAX_ENI is unknown\"");
    assertThat(raised("nodeIPUtilization"))
        .contains(" finding=node-full cause=\"pods hold 56 addresses of at most 56 = ");
  }

  /** Since 1.19.4 ipamD counts no error code for a call that got no answer. */
  @Test
  void callsToEc2WithoutAnAnswerAreTheCause() {
    polled(onM5().enis(eni(0, 14, 14, 0)).metrics());
    polled(
        onM5()
            .enis(eni(0, 14, 14, 0))
            .sum("awscni_no_available_ip_addresses", 3)
            .sum("awscni_ec2api_error_count", 2)
            .at(START.plusSeconds(30)));

    assertThat(raised("noAddressMinutes"))
        .endsWith(
            " finding=ec2-unreachable cause=\"ipamD does not reach AWS: calls to EC2 fail without"
                + " an error code\"");
  }

  @Test
  void eniThatDoesNotReachThePoolIsTheCauseOfRefusedPods() {
    polled(onM5().enis(eni(0, 14, 14, 0)).metrics());
    polled(
        onM5()
            .enis(eni(0, 14, 14, 0))
            .sum("awscni_no_available_ip_addresses", 3)
            .error(Snapshots.functionError("increaseIPPoolwaitENIAttachedFailed"), 2)
            .error(Snapshots.functionError("decreaseIPPool"), 9)
            .at(START.plusSeconds(30)));

    assertThat(raised("noAddressMinutes"))
        .endsWith(
            " finding=ipamd-errors cause=\"ipamD counts errors:"
                + " increaseIPPoolwaitENIAttachedFailed, 2 since 10:00 UTC\"");
  }

  @Test
  void fullNetworkCardOfAMultiNicNodeIsTheCauseAlthoughTheOtherHasRoom() {
    Eni[] cards = {onCard(0, 0, 49, 10), onCard(1, 0, 110, 107)};
    polled(nothingRead().type("i7ie.48xlarge").multiNic(cards).metrics());
    polled(
        nothingRead()
            .type("i7ie.48xlarge")
            .multiNic(cards)
            .sum("awscni_no_available_ip_addresses", 3)
            .at(START.plusSeconds(30)));

    assertThat(raised("noAddressMinutes"))
        .contains(
            " finding=node-full cause=\"the node is full: pods hold 107 addresses on network card 1"
                + " of at most 107 = 110 max pods");
    assertThat(raised("nodeIPUtilization"))
        .contains("cause=\"pods hold 107 addresses on network card 1 of at most 107 = ");
  }

  @ParameterizedTest
  @CsvSource({"10, 4, pods wait for addresses to cool down", "14, 0, the warm pool is empty"})
  void emptyPoolIsTheCauseIfNothingElseIsKnown(long assigned, long cooling, String cause) {
    polled(onM5().enis(eni(0, 14, assigned, cooling)).metrics());

    assertThat(raised("noAddressMinutes")).endsWith(" cause=\"" + cause + "\"");
  }

  @Test
  void poolOfIpv6IsNeverEmpty() {
    polled(nothingRead().enis(ipv6(0, 3)).metrics());

    assertThat(raised("noAddressMinutes")).doesNotContain("cause=");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "X\" node=evil cause=\"y",
        "X node=evil",
        "X\\",
        "X\\\" node=evil",
        "X\n2026-01-01T00:00:00.000Z WARN  AlertLog trouble node=evil",
        "X\u2028node=evil\u202e\u001b[2J"
      })
  void codeOfEc2AddsNoFieldToTheLine(String code) {
    polled(onM5().enis(eni(0, 14, 14, 0)).metrics());
    polled(refused(code, 1).enis(eni(0, 14, 14, 0)).at(START.plusSeconds(30)));
    polled(refused(code, 3).enis(eni(0, 14, 14, 0)).at(START.plusSeconds(60)));
    raised("noAddressMinutes");

    String line = log.texts().get(log.texts().size() - 1);
    List<Field> fields = LogFields.of(line);
    assertThat(fields)
        .extracting(Field::key)
        .containsExactly(
            "minute",
            "noAddressMinutes",
            "node",
            "instance",
            "enis",
            "assigned",
            "cooling",
            "total",
            "finding",
            "cause");
    assertThat(fields.get(2)).isEqualTo(new Field("node", "n"));
    assertThat(fields.get(9).value()).contains("X");
    assertThat(line).doesNotContainPattern("[\\p{Cc}\\p{Cf}\\u2028\\u2029]");
  }

  @Test
  void moreAddressesThanPodsAreALeakAndNoFullNode() {
    alerts = new AlertLog("n", Optional.of(new PodLimits(50, 3)));
    polled(onM5().enis(full()).sum("awscni_no_available_ip_addresses", 0));
    polled(
        onM5().enis(full()).sum("awscni_no_available_ip_addresses", 4).at(START.plusSeconds(30)));

    for (String metric : List.of("noAddressMinutes", "nodeIPUtilization")) {
      assertThat(raised(metric))
          .endsWith(
              " finding=leaked-addresses cause=\"ipamD holds addresses of pods that no longer"
                  + " exist: pods hold 56 addresses, and the kubelet admits 50 pods\"");
    }
  }

  @Test
  void assumedMaxPodsShowNoLeak() {
    polled(onM5().enis(full()).sum("awscni_no_available_ip_addresses", 0));
    polled(
        onM5().enis(full()).sum("awscni_no_available_ip_addresses", 4).at(START.plusSeconds(30)));

    assertThat(raised("noAddressMinutes")).contains(" finding=node-full ");
  }

  @Test
  void endNamesTheCauseOfTheStart() {
    polled(nothingRead(), REFUSED);
    String start = raised("ipamdDownMinutes");
    polled(nothingRead().enis(eni(0, 14, 3, 0)).metrics());

    MinuteValue up = new MinuteValue("ipamdDownMinutes", Unit.MINUTES, 0);
    alerts.closed(new AlertChanges(START, List.of(), List.of(), List.of(up)));
    assertThat(last())
        .startsWith("trouble ended minute=")
        .endsWith(start.substring(start.indexOf(" cause=")));
  }

  private static Sampler sampling(List<Metric> metrics) {
    return new Sampler(metrics, new PodLimits(110, 3), START.minusSeconds(9));
  }

  private static Snapshots onM5() {
    return nothingRead().type("m5.xlarge");
  }

  private static Eni[] full() {
    return Stream.of(0, 1, 2, 3).map(device -> eni(device, 14, 14, 0)).toArray(Eni[]::new);
  }

  private static Snapshots noAddress() {
    return refused("InsufficientFreeAddressesInSubnet", 1);
  }

  /** A read that shows how often EC2 has returned an error code since ipamD started. */
  private static Snapshots refused(String code, double times) {
    return onM5().error(Snapshots.apiError("CreateNetworkInterface", code), times);
  }

  private void polled(Snapshots read, Problem... problems) {
    NodeSnapshot snapshot = read.build();
    snapshot = snapshot.on(snapshot.instance(), List.of(problems));
    PollSamples reading = sampler.read(snapshot, history);
    history = reading.history();
    alerts.polled(snapshot, reading);
  }

  private String raised(String metric) {
    MinuteValue bad = new MinuteValue(metric, Unit.MINUTES, 1);
    alerts.closed(new AlertChanges(START, List.of(), List.of(bad), List.of()));
    return last();
  }

  private String last() {
    return log.messages().get(log.messages().size() - 1);
  }
}
