package io.cnimetrics.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.simulator.NamedScenario;
import io.cnimetrics.snapshot.Instance;
import io.cnimetrics.snapshot.NodeIdentity;
import io.cnimetrics.snapshot.NodeIdentity.Origin;
import io.cnimetrics.snapshot.NodeIdentity.Origins;
import io.cnimetrics.snapshot.Subnet;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The checks that read AWS. Each check finds a problem once, and passes once. */
class AwsTest {
  private static final Probes.Endpoint GONE =
      region ->
          new Probes.EndpointResult(
              "https://x." + region, Optional.of("TIMEOUT"), Optional.empty());

  private final NodeEvidence healthy = DoctorFixture.poll(NamedScenario.HEALTHY);

  @ParameterizedTest
  @CsvSource({
    "SUBNET_EMPTY, 0, FAIL, The subnet and the warm pool are empty",
    "HEALTHY, 0, WARN, The subnet is empty",
    "HEALTHY, 15, WARN, The subnet is nearly empty",
    "HEALTHY, 16, OK, The subnet has free addresses"
  })
  void subnetWithFewFreeAddressesIsReported(
      NamedScenario scenario, long free, Level level, String title) {
    NodeEvidence node = DoctorFixture.poll(scenario);

    Finding finding = subnet(node, free);

    assertThat(finding.level()).isEqualTo(level);
    assertThat(finding.title()).isEqualTo(title);
    assertThat(finding.evidence())
        .startsWith("subnet-1: %d of %d addresses are free".formatted(free, free + 51));
  }

  @Test
  void podsGetAddressesIfAnotherSubnetOfTheNodeHasSome() {
    NodeEvidence empty = DoctorFixture.poll(NamedScenario.SUBNET_EMPTY);
    Check check =
        SubnetAddresses.check(
            Optional.of(
                (pool, region) ->
                    List.of(new Subnet("subnet-1", 0, 51), new Subnet("subnet-2", 4_000, 51))));

    assertThat(check.run(empty)).extracting(Finding::level).containsExactly(Level.NOTE, Level.OK);
    assertThat(check.run(empty).get(0).cause()).contains("its other subnets");
  }

  @Test
  void reachableMaximumIsShownWithTheSubnet() {
    String id = healthy.pool().enis().get(0).subnetId().orElseThrow();
    Check check =
        SubnetAddresses.check(Optional.of((pool, region) -> List.of(new Subnet(id, 3, 9))));

    assertThat(check.run(healthy).get(0).evidence())
        .contains("; reachable now: ", " on the node + 3 free in " + id);
  }

  /** Idle addresses of this node are a problem if other nodes of the subnet lack addresses. */
  @ParameterizedTest
  @CsvSource({
    "15, WARN, Many addresses are idle while the subnet is short of addresses",
    "16, NOTE, Many addresses are idle"
  })
  void idleAddressesAreJudgedByTheSubnet(long free, Level level, String title) {
    NodeEvidence idle = DoctorFixture.poll(NamedScenario.IDLE_ADDRESSES);
    List<Check> checks = new ArrayList<>(NodeSetup.checks());
    checks.add(
        SubnetAddresses.check(
            Optional.of((pool, region) -> List.of(new Subnet("subnet-1", free, 51)))));

    Finding finding =
        new CheckRunner(checks)
            .run(idle).findings().stream()
                .filter(found -> found.id().equals("idle-addresses"))
                .findFirst()
                .orElseThrow();

    assertThat(finding.level()).isEqualTo(level);
    assertThat(finding.title()).isEqualTo(title);
    assertThat(finding.remedy())
        .contains("et WARM_IP_TARGET=2 and MINIMUM_IP_TARGET=5")
        .matches(remedy -> remedy.startsWith("If doctor --subnets shows") == (free == 16))
        .matches(remedy -> remedy.startsWith("Set WARM_IP_TARGET") == (free == 15));
    assertThat(finding.commandLines()).hasSize(4);
  }

  @Test
  void subnetsAreNotCheckedWithoutTheSetting() {
    assertThat(SubnetAddresses.check(Optional.empty()).run(healthy).get(0).evidence())
        .isEqualTo("--subnets is not set");
    assertThat(level(SubnetAddresses.check(Optional.of((pool, region) -> List.of())), healthy))
        .isEqualTo(Level.NOT_CHECKED);
  }

  @Test
  void subnetsWithoutPermissionAreNotCheckedAndTheReasonIsReported() {
    Check check =
        SubnetAddresses.check(
            Optional.of(
                (pool, region) -> {
                  throw new IllegalStateException("ec2:DescribeSubnets was denied");
                }));

    assertThat(new CheckRunner(List.of(check)).run(healthy).findings())
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.level()).isEqualTo(Level.NOT_CHECKED);
              assertThat(finding.evidence()).contains("ec2:DescribeSubnets was denied");
            });
  }

  @Test
  void agentThatSendsNothingNeedsNoCloudWatchAndNoStateDirectory() {
    AgentSettings scraped = scraped(Optional.empty());
    NodeIdentity unnamed =
        new NodeIdentity("node", Optional.empty(), Optional.empty(), Instance.UNKNOWN);
    NodeEvidence nameless =
        new NodeEvidence(healthy.polls(), healthy.agent(), unnamed, healthy.origins(), scraped);
    NodeEvidence node =
        new NodeEvidence(
            healthy.polls(), healthy.agent(), healthy.identity(), healthy.origins(), scraped);

    assertThat(level(AgentSetup.REGION, nameless)).isEqualTo(Level.OK);
    assertThat(AwsAccess.PUBLISHING_CHECK.run(node).get(0).title())
        .isEqualTo("The agent sends no metrics");
    assertThat(level(AwsAccess.cloudWatchEndpoint(GONE), node)).isEqualTo(Level.OK);
    assertThat(level(AgentSetup.stateDirectory(path -> Optional.of("read-only")), node))
        .isEqualTo(Level.OK);
  }

  /** Also an agent that only Prometheus reads keeps its counters over a restart. */
  @Test
  void stateDirectoryOfAnAgentThatSendsNothingIsChecked() {
    NodeEvidence node =
        new NodeEvidence(
            healthy.polls(),
            healthy.agent(),
            healthy.identity(),
            healthy.origins(),
            scraped(Optional.of(Path.of("/state"))));

    assertThat(level(AgentSetup.stateDirectory(path -> Optional.of("read-only")), node))
        .isEqualTo(Level.WARN);
  }

  private static AgentSettings scraped(Optional<Path> stateDir) {
    return new AgentSettings(
        Optional.empty(),
        Optional.empty(),
        Duration.ofSeconds(30),
        new AgentSettings.MaxPods(58, Optional.empty()),
        3,
        stateDir,
        false,
        false,
        List.of());
  }

  @Test
  void endpointThatDoesNotAnswerIsAWarning() {
    Finding finding = AwsAccess.cloudWatchEndpoint(GONE).run(healthy).get(0);

    assertThat(finding.level()).isEqualTo(Level.WARN);
    assertThat(finding.evidence()).isEqualTo("https://x.eu-west-1: TIMEOUT");
    assertThat(level(AwsAccess.cloudWatchEndpoint(dated(0)), healthy)).isEqualTo(Level.OK);
  }

  @ParameterizedTest
  @CsvSource({
    "UNREACHABLE: unknown host monitoring.eu-west-1.amazonaws.com, does not resolve, getent hosts",
    "UNREACHABLE: PKIX path building failed: unable to find valid certification path,"
        + " intercepts TLS, PROXY",
    "UNREACHABLE: the proxy http://p:3128 of HTTPS_PROXY requires a login: it answered with status"
        + " 407, requires a login, PROXY",
    "UNREACHABLE: the proxy http://p:3128 of HTTPS_PROXY does not connect to the endpoint: it"
        + " answered CONNECT with status 502, proxy refuses, PROXY",
    "UNREACHABLE: the host name of the proxy http://p:3128 of HTTPS_PROXY does not resolve, The"
        + " proxy does not resolve, PROXY",
    "UNREACHABLE: the proxy http://p:3128 of HTTPS_PROXY cannot be reached: Connection refused, The"
        + " proxy does not resolve, PROXY",
    "MALFORMED: HTTPS_PROXY is 'x://p': the agent connects to proxies with http, variable is wrong,"
        + " AWS_ENDPOINT",
    "invalid: An invalid URI was configured, variable is wrong, AWS_ENDPOINT",
    "TIMEOUT: Connect timed out, no endpoint, describe-vpc-endpoints"
  })
  void causeAndCommandsFollowTheFailure(String failure, String cause, String command) {
    Probes.Endpoint endpoint =
        region ->
            new Probes.EndpointResult(
                "https://monitoring." + region, Optional.of(failure), Optional.empty());

    Finding finding = AwsAccess.cloudWatchEndpoint(endpoint).run(healthy).get(0);

    assertThat(finding.cause()).contains(cause);
    assertThat(finding.commandLines()).anyMatch(line -> line.contains(command));
  }

  @Test
  void troubleOfTheAgentAloneIsNoTroubleOfThePods() {
    Diagnosis diagnosis = new CheckRunner(List.of(AwsAccess.cloudWatchEndpoint(GONE))).run(healthy);

    assertThat(diagnosis.verdict().level()).isEqualTo(Level.WARN);
    assertThat(diagnosis.verdict().text())
        .isEqualTo(
            "Pods get addresses, but the agent has a problem since an unknown time: CloudWatch"
                + " cannot be reached. This is not urgent");
  }

  @Test
  void ec2EndpointMattersOnlyIfTheAgentCallsEc2() {
    Origins tag =
        new Origins(Optional.of(Origin.ec2Tag("eks:cluster-name")), healthy.origins().region());
    NodeEvidence found =
        new NodeEvidence(
            healthy.polls(), healthy.agent(), healthy.identity(), tag, healthy.agentSettings());

    assertThat(level(AwsAccess.ec2Endpoint(GONE, false), healthy)).isEqualTo(Level.OK);
    assertThat(level(AwsAccess.ec2Endpoint(GONE, true), healthy)).isEqualTo(Level.WARN);
    assertThat(level(AwsAccess.ec2Endpoint(GONE, false), found)).isEqualTo(Level.WARN);
  }

  @ParameterizedTest
  @CsvSource({"0, OK", "30, OK", "-30, OK", "31, WARN", "-31, WARN"})
  void clockThatIsWrongByOver30SecondsIsAWarning(long seconds, Level level) {
    Finding finding = AwsAccess.clock(dated(seconds)).run(healthy).get(0);

    assertThat(finding.level()).isEqualTo(level);
    assertThat(finding.evidence())
        .isEqualTo(Math.abs(seconds) + (seconds < 0 ? " s ahead of AWS" : " s behind AWS"));
  }

  @Test
  void clockIsNotCheckedWithoutAnAnswer() {
    assertThat(level(AwsAccess.clock(GONE), healthy)).isEqualTo(Level.NOT_CHECKED);
  }

  @Test
  void datumIsSentOnlyWithTheFlag() {
    assertThat(AwsAccess.testDatum(Optional.empty()).run(healthy).get(0).evidence())
        .contains("--send-test", "doctorTest");
    assertThat(
            level(AwsAccess.testDatum(Optional.of((metric, region) -> Optional.empty())), healthy))
        .isEqualTo(Level.OK);
  }

  @Test
  void rejectedDatumIsAFailure() {
    Finding finding =
        AwsAccess.testDatum(
                Optional.of(
                    (metric, region) ->
                        Optional.of(
                            new Probes.Refusal(
                                metric + " denied in " + region, "Check the trust policy"))))
            .run(healthy)
            .get(0);

    assertThat(finding.level()).isEqualTo(Level.FAIL);
    assertThat(finding.evidence()).isEqualTo("doctorTest denied in eu-west-1");
    assertThat(finding.remedy()).isEqualTo("Check the trust policy");
  }

  @ParameterizedTest(name = "last success {0} s ago: {1} {2}")
  @CsvSource({
    "60, note, The agent's last request failed",
    "600, warn, The agent does not publish",
    "-1, warn, The agent does not publish"
  })
  void lastAnswerOfAwsToTheAgentIsShown(long secondsAgo, String level, String title) {
    Optional<Instant> success =
        secondsAgo < 0 ? Optional.empty() : Optional.of(healthy.now().minusSeconds(secondsAgo));
    AgentReport.SendFailure failure =
        new AgentReport.SendFailure(
            healthy.now(), success, "was answered with status 403", "Allow it");

    Finding finding = publishing(Optional.of(failure));

    assertThat(finding.level().label()).isEqualTo(level);
    assertThat(finding.title()).isEqualTo(title);
    assertThat(finding.evidence()).startsWith("was answered with status 403, at ");
    assertThat(finding.remedy()).isEqualTo("Allow it");
  }

  @ParameterizedTest
  @CsvSource({
    "has no credentials (IRSA: STS answered with status 403; AccessDenied), list-pod-identity",
    "has no credentials (IRSA: STS gave no answer: unknown host sts.x), getent hosts sts.x",
    "has no credentials (IRSA: the token file /t is empty), name=cni-metrics-agent",
    "has no credentials (EKS Pod Identity: the agent at http://x answered with status 500: no),"
        + " name=eks-pod-identity-agent",
    "has no credentials (EKS Pod Identity: the agent at http://x gave no answer: refused),"
        + " name=eks-pod-identity-agent",
    "has no credentials (EKS Pod Identity: the agent at http://x answered with status 400: no),"
        + " list-pod-identity",
    "failed: the proxy http://p:1 of HTTPS_PROXY requires a login: it answered with status 407,"
        + " grep -A 1 PROXY",
    "was answered with status 403: denied, list-pod-identity"
  })
  void commandsForTheAgentFollowTheReason(String fact, String command) {
    AgentReport.SendFailure failure =
        new AgentReport.SendFailure(healthy.now(), Optional.empty(), fact, "Do it");

    assertThat(publishing(Optional.of(failure)).commandLines())
        .hasSize(2)
        .anyMatch(line -> line.contains(command));
  }

  @Test
  void agentWhoseLastRequestSucceededPublishes() {
    assertThat(publishing(Optional.empty()).level()).isEqualTo(Level.OK);
  }

  private Finding publishing(Optional<AgentReport.SendFailure> failure) {
    AgentReport agent =
        new AgentReport(
            healthy.now(), healthy.now(), List.of(), AgentReport.Restarts.NONE, failure);
    NodeEvidence node =
        new NodeEvidence(
            healthy.polls(),
            Optional.of(agent),
            healthy.identity(),
            healthy.origins(),
            healthy.agentSettings());
    return AwsAccess.PUBLISHING_CHECK.run(node).get(0);
  }

  @Test
  void withoutARegionNoCheckOfAwsRuns() {
    NodeIdentity nowhere =
        new NodeIdentity("n", Optional.empty(), Optional.empty(), Instance.UNKNOWN);
    NodeEvidence node =
        new NodeEvidence(
            healthy.polls(), healthy.agent(), nowhere, Origins.NONE, healthy.agentSettings());

    for (Check check :
        List.of(
            AwsAccess.cloudWatchEndpoint(GONE),
            AwsAccess.ec2Endpoint(GONE, true),
            AwsAccess.clock(GONE),
            AwsAccess.testDatum(Optional.of((metric, region) -> Optional.empty())),
            SubnetAddresses.check(Optional.of((pool, region) -> List.of())))) {
      assertThat(check.run(node).get(0).evidence()).isEqualTo("the region is unknown");
    }
  }

  private static Probes.Endpoint dated(long seconds) {
    return region ->
        new Probes.EndpointResult(
            "https://x." + region, Optional.empty(), Optional.of(Duration.ofSeconds(seconds)));
  }

  private static Finding subnet(NodeEvidence node, long free) {
    return SubnetAddresses.check(
            Optional.of((pool, region) -> List.of(new Subnet("subnet-1", free, 51))))
        .run(node)
        .get(0);
  }

  private static Level level(Check check, NodeEvidence node) {
    return check.run(node).get(0).level();
  }
}
