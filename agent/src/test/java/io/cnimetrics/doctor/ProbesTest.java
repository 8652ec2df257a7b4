package io.cnimetrics.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.simulator.NamedScenario;
import io.cnimetrics.snapshot.Instance;
import io.cnimetrics.snapshot.ListedAddresses;
import io.cnimetrics.snapshot.NodeIdentity;
import io.cnimetrics.snapshot.NodeIdentity.Origin;
import io.cnimetrics.snapshot.NodeIdentity.Origins;
import io.cnimetrics.snapshot.Problem;
import io.cnimetrics.snapshot.Reason;
import io.cnimetrics.snapshot.Source;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The checks that read neither ipamD nor AWS. Each check finds a problem once, and passes once. */
class ProbesTest {
  private final NodeEvidence healthy = DoctorFixture.poll(NamedScenario.HEALTHY);
  private final List<String> enis = healthy.pool().enis().stream().map(eni -> eni.id()).toList();

  @Test
  void eniThatIpamdDoesNotManageIsNoted() {
    List<String> attached = new ArrayList<>(enis);
    attached.add("eni-by-hand");

    assertThat(InstanceEnis.instanceEnis(() -> attached).run(healthy))
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.level()).isEqualTo(Level.NOTE);
              assertThat(finding.evidence()).isEqualTo("eni-by-hand");
            });
  }

  @Test
  void eniThatIsNoLongerAttachedIsAWarning() {
    assertThat(InstanceEnis.instanceEnis(() -> enis.subList(1, enis.size())).run(healthy))
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.level()).isEqualTo(Level.WARN);
              assertThat(finding.evidence()).startsWith(enis.get(0) + " (pods hold ");
              assertThat(finding.commandLines())
                  .anyMatch(line -> line.contains("=" + enis.get(0) + " "));
            });
  }

  @Test
  void metadataWithoutEnisIsNotChecked() {
    assertThat(level(InstanceEnis.instanceEnis(List::of))).isEqualTo(Level.NOT_CHECKED);
  }

  @Test
  void sameEnisAreOk() {
    assertThat(level(InstanceEnis.instanceEnis(() -> enis))).isEqualTo(Level.OK);
  }

  @Test
  void heldAddressWithoutRouteFails() {
    assertThat(routes(List.of("10.0.0.1", "10.0.0.2"), List.of("10.0.0.1")))
        .satisfies(
            finding -> {
              assertThat(finding.level()).isEqualTo(Level.FAIL);
              assertThat(finding.title()).isEqualTo("A pod has no route");
              assertThat(finding.evidence()).isEqualTo("1 of 2 held addresses: 10.0.0.2");
            });
  }

  @Test
  void podsWithRoutesAreOk() {
    assertThat(routes(List.of("10.0.0.1"), List.of("10.0.0.1")).level()).isEqualTo(Level.OK);
  }

  @Test
  void podRouteToAnAddressThatIpamdDoesNotHoldFails() {
    Finding finding = routes(List.of("10.0.0.1"), List.of("10.0.0.1", "10.0.0.9", "fd00::7"));

    assertThat(finding.level()).isEqualTo(Level.FAIL);
    assertThat(finding.title()).isEqualTo("Pods have lost their addresses, and have no network");
    assertThat(finding.evidence()).contains("10.0.0.9, fd00::7").doesNotContain("10.0.0.1,");
    assertThat(finding.commandLines().get(0)).endsWith("| grep -wE '10\\.0\\.0\\.9|fd00::7'");
  }

  @Test
  void routeOfAnotherDeviceIsNotOfAPod() {
    Check check =
        routes(
            List.of("10.0.0.1"),
            () ->
                List.of(
                    new Probes.HostRoute("10.0.0.1", "eni12"),
                    new Probes.HostRoute("169.254.170.23", "pod-id-link0"),
                    new Probes.HostRoute("10.0.0.254", "ens5")));

    assertThat(level(check)).isEqualTo(Level.OK);
  }

  @Test
  void routesAreNotCheckedIfNoPodHasARoute() {
    assertThat(routes(List.of("10.0.0.1"), List.of()).level()).isEqualTo(Level.NOT_CHECKED);
  }

  @Test
  void podThatGetsItsRouteShortlyAfterItsAddressIsOk() {
    Iterator<List<String>> routes =
        List.of(List.of("10.0.0.1"), List.of("10.0.0.1", "10.0.0.2")).iterator();
    Check check = routes(List.of("10.0.0.1", "10.0.0.2"), () -> ofPods(routes.next()));

    assertThat(level(check)).isEqualTo(Level.OK);
  }

  @Test
  void checksShareOneReadOfTheAttachedEnis() {
    AtomicInteger reads = new AtomicInteger();
    List<Check> checks =
        InstanceEnis.checks(
            () -> {
              reads.incrementAndGet();
              return List.of("eni-1");
            });

    new CheckRunner(checks).run(healthy);

    assertThat(reads).hasValue(1);
  }

  /** ipamD logs each request to introspection, so the checks share one read. */
  @Test
  void checksShareOneReadOfThePool() {
    AtomicInteger reads = new AtomicInteger();
    Probes.Pool first =
        ((Probes.Pool)
                () -> {
                  reads.incrementAndGet();
                  return new ListedAddresses(
                      List.of("10.0.0.1"), List.of("10.0.0.1"), Optional.empty());
                })
            .once();

    Diagnosis diagnosis =
        new CheckRunner(
                List.of(
                    PoolFaults.impossiblePool(() -> List.of("10.0.0.9"), first),
                    PodRoutes.check(first, first, () -> ofPods(List.of("10.0.0.1")))))
            .run(healthy);

    assertThat(diagnosis.findings()).extracting(Finding::level).containsExactly(Level.OK, Level.OK);
    assertThat(reads).hasValue(1);
  }

  @Test
  void stateDirectoryThatCannotBeWrittenIsAWarning() {
    Finding finding =
        AgentSetup.stateDirectory(any -> Optional.of("read-only")).run(healthy).get(0);

    assertThat(finding.level()).isEqualTo(Level.WARN);
    assertThat(finding.evidence()).isEqualTo("read-only");
  }

  @Test
  void missingStateDirectoryIsNoted() {
    AgentSettings none = settings(Optional.empty(), List.of());
    NodeEvidence node =
        new NodeEvidence(
            healthy.polls(), healthy.agent(), healthy.identity(), healthy.origins(), none);

    assertThat(AgentSetup.stateDirectory(any -> Optional.empty()).run(node).get(0).level())
        .isEqualTo(Level.NOTE);
    assertThat(level(AgentSetup.stateDirectory(any -> Optional.empty()))).isEqualTo(Level.OK);
  }

  @Test
  void injectedAgentIsAWarning() {
    AgentSettings injected = settings(Optional.empty(), List.of("JAVA_TOOL_OPTIONS"));
    NodeEvidence node =
        new NodeEvidence(
            healthy.polls(), healthy.agent(), healthy.identity(), healthy.origins(), injected);

    assertThat(AgentSetup.JAVA_AGENT.run(node).get(0).evidence()).isEqualTo("JAVA_TOOL_OPTIONS");
    assertThat(AgentSetup.JAVA_AGENT.run(node).get(0).level()).isEqualTo(Level.WARN);
    assertThat(level(AgentSetup.JAVA_AGENT)).isEqualTo(Level.OK);
  }

  @ParameterizedTest
  @CsvSource({
    "TIMEOUT, hop limit, --http-put-response-hop-limit 2",
    "UNREACHABLE, not an EC2 instance, get networkpolicies",
    "DENIED, switched off, --http-endpoint enabled",
    "MALFORMED, another program answered, --http-put-response-hop-limit 2"
  })
  void unreadableMetadataIsAWarning(Reason reason, String cause, String command) {
    Problem problem = new Problem(Source.IMDS, reason, "PUT /latest/api/token", "do this");
    Finding finding = AgentSetup.METADATA.run(unidentified(problem)).get(0);

    assertThat(finding.level()).isEqualTo(Level.WARN);
    assertThat(finding.evidence()).isEqualTo(reason + ": PUT /latest/api/token");
    assertThat(finding.cause()).contains(cause);
    assertThat(finding.commandLines()).anyMatch(line -> line.contains(command));
    assertThat(level(AgentSetup.METADATA)).isEqualTo(Level.OK);
  }

  @Test
  void unknownClusterNameOrRegionIsAWarningWithItsReason() {
    Problem problem =
        new Problem(Source.EC2, Reason.DENIED, "ec2:DescribeTags was denied", "allow it");

    for (Check check : List.of(AgentSetup.CLUSTER_NAME, AgentSetup.REGION)) {
      Finding finding = check.run(unidentified(problem)).get(0);
      assertThat(finding.level()).isEqualTo(Level.WARN);
      assertThat(finding.evidence()).isEqualTo("DENIED: ec2:DescribeTags was denied");
      assertThat(finding.remedy()).endsWith(". Or allow it");
      assertThat(level(check)).isEqualTo(Level.OK);
    }
  }

  @Test
  void clusterNameFromATagIsNoted() {
    Origins tag =
        new Origins(
            Optional.of(Origin.instanceTag("eks:cluster-name")), healthy.origins().region());
    NodeEvidence node =
        new NodeEvidence(
            healthy.polls(), healthy.agent(), healthy.identity(), tag, healthy.agentSettings());

    assertThat(AgentSetup.CLUSTER_NAME.run(node).get(0).level()).isEqualTo(Level.NOTE);
  }

  @Test
  void instanceTypeOutsideTheTableIsNoted() {
    assertThat(ofType("m99.xlarge").level()).isEqualTo(Level.NOTE);
    assertThat(ofType("").level()).isEqualTo(Level.NOTE);
    assertThat(ofType("m5.xlarge").level()).isEqualTo(Level.OK);
  }

  @Test
  void unknownMaximumIsAWarning() {
    NodeEvidence node = DoctorFixture.poll(NamedScenario.METRICS_OFF, "m99.xlarge");

    assertThat(InstanceTypes.CHECK.run(node).get(0).level()).isEqualTo(Level.WARN);
  }

  private Finding ofType(String type) {
    return InstanceTypes.CHECK.run(DoctorFixture.poll(NamedScenario.HEALTHY, type)).get(0);
  }

  private Finding routes(List<String> held, List<String> routes) {
    return routes(held, () -> ofPods(routes)).run(healthy).get(0);
  }

  private static Check routes(List<String> held, Probes.HostRoutes routes) {
    Probes.Pool pool = () -> new ListedAddresses(held, held, Optional.empty());
    return PodRoutes.check(pool, pool, routes);
  }

  private static List<Probes.HostRoute> ofPods(List<String> addresses) {
    return addresses.stream().map(address -> new Probes.HostRoute(address, "eni1")).toList();
  }

  private Level level(Check check) {
    return check.run(healthy).get(0).level();
  }

  private static AgentSettings settings(Optional<Path> stateDir, List<String> injectors) {
    AgentSettings.MaxPods maxPods = new AgentSettings.MaxPods(110, Optional.empty());
    return new AgentSettings(
        Optional.empty(),
        Optional.empty(),
        Duration.ofSeconds(30),
        maxPods,
        3,
        stateDir,
        true,
        true,
        injectors);
  }

  private NodeEvidence unidentified(Problem problem) {
    Poll poll = healthy.last();
    Poll without = new Poll(poll.snapshot().on(Instance.UNKNOWN, List.of(problem)), poll.reading());
    NodeIdentity unknown =
        new NodeIdentity("node", Optional.empty(), Optional.empty(), Instance.UNKNOWN);
    return new NodeEvidence(
        List.of(without), Optional.empty(), unknown, Origins.NONE, healthy.agentSettings());
  }
}
