package io.cnimetrics.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.capacity.PodLimits;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.catalog.Sampler;
import io.cnimetrics.catalog.SamplerState;
import io.cnimetrics.simulator.NamedScenario;
import io.cnimetrics.snapshot.Instance;
import io.cnimetrics.snapshot.NodeIdentity;
import io.cnimetrics.snapshot.NodeSnapshot;
import io.cnimetrics.snapshot.Problem;
import io.cnimetrics.snapshot.Reason;
import io.cnimetrics.snapshot.Source;
import io.cnimetrics.testing.ClosedPort;
import io.cnimetrics.testing.FakeClock;
import io.cnimetrics.testing.Snapshots;
import io.cnimetrics.text.Palette;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Doctor names what to do if ipamD crashed, and does not guess ipamD's release. */
class IpamdProcessTest {
  @Test
  void socketFileThatOutlivedACrashHasToBeDeleted(@TempDir Path directory) throws IOException {
    Path socket = directory.resolve("introspection.sock");
    try (ServerSocketChannel crashed = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      crashed.bind(UnixDomainSocketAddress.of(socket));
    }

    Diagnosis diagnosis = diagnosis(socket);

    Finding first = diagnosis.findings().get(0);
    assertThat(first.id()).isEqualTo("introspection");
    assertThat(first.title()).isEqualTo("Nothing listens on ipamD's introspection socket");
    assertThat(first.commandLines())
        .anyMatch(line -> line.startsWith("sudo rm " + socket))
        .anyMatch(line -> line.contains("delete pods -l k8s-app=aws-node"));
  }

  @Test
  void missingSocketFileMeansThatIpamdDoesNotRun(@TempDir Path directory) throws IOException {
    assertThat(diagnosis(directory.resolve("none.sock")).findings().get(0).title())
        .isEqualTo("ipamD does not run, or failed to start");
  }

  /** An on-call engineer finds the state of the pod in a list, and the command for this state. */
  @Test
  void remedyOfAMissingIpamdHasALineForEachState() {
    Diagnosis diagnosis = DoctorFixture.diagnosis(NamedScenario.IPAMD_DOWN, 1);
    Finding first = DoctorFixture.first(diagnosis);
    String page =
        DoctorTable.of(
            new NodeIdentity("node", Optional.empty(), Optional.empty(), Instance.UNKNOWN),
            Optional.empty(),
            diagnosis,
            false,
            Palette.PLAIN);

    assertThat(page)
        .contains("\n      remedy  Find the state of aws-node with the first command\n")
        .contains("\n              - Init: these events or the log of aws-vpc-cni-init show why\n")
        .contains("\n              - \"Unable to reach API Server\": ");
    assertThat(page.lines().filter(line -> !line.matches(" +([$] |https:).*")))
        .allMatch(line -> line.length() <= 80);
    assertThat(first.commandLines().get(0)).startsWith("kubectl -n kube-system get pods -o wide ");
    assertThat(first.commandLines()).anyMatch(line -> line.contains(" logs -c aws-vpc-cni-init "));
  }

  @Test
  void missingIntrospectionExplainsMissingMetrics() {
    assertThat(DoctorFixture.findings(NamedScenario.IPAMD_DOWN, 1))
        .filteredOn(finding -> finding.id().equals("metrics"))
        .singleElement()
        .satisfies(finding -> assertThat(finding.explainedBy()).hasValue(CheckId.INTROSPECTION));
  }

  @Test
  void hangingIpamdIsRestarted() {
    Finding first = DoctorFixture.findings(NamedScenario.INTROSPECTION_HANGS, 1).get(0);

    assertThat(first.remedy()).contains("If CPU is free, restart aws-node on this node");
    assertThat(first.commandLines()).last().asString().contains("delete pods -l k8s-app=aws-node");
  }

  @Test
  void wrongMetricsPortIsNamedBesideTheRightOne() {
    Finding metrics = DoctorFixture.findings(NamedScenario.METRICS_OFF, 1).get(0);

    assertThat(metrics.cause())
        .matches("--metrics-url is http://.*, and ipamD uses only port 61678");
    assertThat(metrics.evidence())
        .contains(metrics.cause().replaceAll(".* is (http:[^,]+),.*", "$1"));
    assertThat(metrics.commandLines())
        .anyMatch(line -> line.contains("IPAMD_METRICS_URL=http://127.0.0.1:61678/metrics"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "http://127.0.0.1:61679/metrics | port 61679 is the port of ipamD's introspection."
            + " ipamD's metrics have the port 61678",
        "http://127.0.0.1:9100/metrics | ipamD uses only port 61678",
        "http://10.0.0.9:61678/metrics | ipamD of this node has its metrics at"
            + " http://127.0.0.1:61678/metrics",
        "http://127.0.0.1:61678/ | ipamD of this node has its metrics at"
            + " http://127.0.0.1:61678/metrics"
      })
  void wrongMetricsUrlIsNamedWithTheRightOne(URI url, String wrong) {
    for (Reason reason : List.of(Reason.UNREACHABLE, Reason.MALFORMED, Reason.BAD_STATUS)) {
      Finding metrics = unread(Source.METRICS, reason, url);

      assertThat(metrics.cause()).isEqualTo("--metrics-url is %s, and %s".formatted(url, wrong));
      assertThat(metrics.remedy()).contains("to http://127.0.0.1:61678/metrics.");
      assertThat(metrics.commandLines().get(0))
          .startsWith("kubectl -n kube-system get ds aws-node");
      assertThat(metrics.commandLines())
          .anyMatch(line -> line.contains(" IPAMD_METRICS_URL=http://127.0.0.1:61678/metrics "));
    }
  }

  @ParameterizedTest
  @CsvSource({"TIMEOUT, delete pods -l k8s-app=aws-node", "MALFORMED, sudo ss -ltnp"})
  void rightMetricsUrlWithoutMetricsIsNotCorrected(Reason reason, String command) {
    Finding metrics = unread(Source.METRICS, reason, URI.create("http://127.0.0.1:61678/metrics"));

    assertThat(metrics.commandLines()).last().asString().contains(command);
    assertThat(metrics.commandLines().toString())
        .doesNotContain("DISABLE_METRICS", "IPAMD_METRICS_URL");
  }

  /** The metrics port of the real ipamD answers the path of introspection with 404. */
  @Test
  void introspectionUrlWithThePortOfTheMetricsIsCorrected() {
    Finding first =
        unread(
            Source.INTROSPECTION, Reason.BAD_STATUS, URI.create("http://127.0.0.1:61678/v1/enis"));

    assertThat(first.cause())
        .isEqualTo(
            "--introspection-url has the port 61678 of ipamD's metrics. ipamD's introspection has"
                + " the port 61679");
    assertThat(first.commandLines())
        .anyMatch(line -> line.contains(" IPAMD_INTROSPECTION_URL=http://127.0.0.1:61679 "));
  }

  @Test
  void programThatAnswersInsteadOfIntrospectionIsFoundByThePortOfTheUrl() {
    Finding first =
        unread(
            Source.INTROSPECTION, Reason.BAD_STATUS, URI.create("http://127.0.0.1:9999/v1/enis"));

    assertThat(first.commandLines())
        .containsExactly("sudo ss -ltnp 'sport = :9999'  # on the node");
  }

  /** The finding about a source that could not be read from this URL. */
  private static Finding unread(Source source, Reason reason, URI url) {
    Problem problem = new Problem(source, reason, url + ": no such answer", "read it again");
    NodeEvidence healthy = DoctorFixture.poll(NamedScenario.HEALTHY);
    NodeSnapshot read = healthy.snapshot();
    boolean ofMetrics = source == Source.METRICS;
    NodeSnapshot snapshot =
        new NodeSnapshot(
            read.takenAt(),
            read.instance(),
            ofMetrics ? read.pool() : Optional.empty(),
            ofMetrics ? Optional.empty() : read.metrics(),
            read.settings(),
            false,
            List.of(problem));
    AgentSettings settings = healthy.agentSettings();
    AgentSettings wrong =
        new AgentSettings(
            ofMetrics ? settings.introspectionUrl() : Optional.of(url),
            ofMetrics ? Optional.of(url) : settings.metricsUrl(),
            settings.ipCooldown(),
            settings.maxPods(),
            settings.hostNetworkPods(),
            settings.stateDir(),
            settings.sends(),
            settings.cloudWatch(),
            settings.injectors());
    Sampler sampler =
        new Sampler(MetricCatalog.all(), new PodLimits(110, 3), read.takenAt().minusSeconds(1));
    NodeEvidence node =
        new NodeEvidence(
            List.of(new Poll(snapshot, sampler.read(snapshot, SamplerState.NONE))),
            Optional.empty(),
            healthy.identity(),
            healthy.origins(),
            wrong);
    return DoctorFixture.CHECKS.stream()
        .filter(
            check -> check.spec().id().toString().equals(ofMetrics ? "metrics" : "introspection"))
        .flatMap(check -> check.run(node).stream())
        .findFirst()
        .orElseThrow();
  }

  @ParameterizedTest(name = "{0} restarts, ipamD runs for {1} s: {2} {3}")
  @CsvSource({
    "0, 20, note, ipamD restarted in the last 10 minutes",
    "1, 20, note, ipamD restarted in the last 10 minutes",
    "2, 20, note, ipamD restarted in the last 10 minutes",
    "3, 20, fail, ipamD restarts repeatedly",
    "8, 290, fail, ipamD restarts repeatedly",
    "8, 310, warn, ipamD restarts repeatedly",
    "3, 800, warn, ipamD restarts repeatedly",
  })
  void restartsThatTheAgentSawAreTrouble(int restarts, int age, String level, String title) {
    Finding finding =
        restarts(
            Snapshots.nothingRead()
                .enis(Snapshots.eni(0, 14, 3, 0))
                .processStart(Snapshots.START.getEpochSecond() - (double) age)
                .boot(Snapshots.START.getEpochSecond() - 86_400.0)
                .build(),
            restarts);

    assertThat(finding.level().label()).isEqualTo(level);
    assertThat(finding.title()).isEqualTo(title);
  }

  @Test
  void ipamdThatIsDownNowAndRestartedBeforeIsInACrashLoop() {
    Finding finding = restarts(Snapshots.nothingRead().build(), 1);

    assertThat(finding.level()).isEqualTo(Level.FAIL);
    assertThat(finding.evidence())
        .isEqualTo("1 restart in the last 5 min; ipamD does not answer now");
  }

  /** The finding on restarts after one poll, with an agent that saw this number of restarts. */
  private static Finding restarts(NodeSnapshot snapshot, int restarts) {
    AgentReport agent =
        new AgentReport(
            Snapshots.START.minusSeconds(3_600),
            Snapshots.START,
            List.of(),
            new AgentReport.Restarts(
                restarts,
                Optional.of(Since.exactly(Snapshots.START.minusSeconds(300))),
                Optional.empty()),
            Optional.empty());
    Sampler sampler =
        new Sampler(MetricCatalog.all(), new PodLimits(110, 3), Snapshots.START.minusSeconds(1));
    NodeEvidence healthy = DoctorFixture.poll(NamedScenario.HEALTHY);
    NodeEvidence node =
        new NodeEvidence(
            List.of(new Poll(snapshot, sampler.read(snapshot, SamplerState.NONE))),
            Optional.of(agent),
            healthy.identity(),
            healthy.origins(),
            healthy.agentSettings());
    return DoctorFixture.CHECKS.stream()
        .filter(check -> check.spec().id().toString().equals("ipamd-restarts"))
        .flatMap(check -> check.run(node).stream())
        .findFirst()
        .orElseThrow();
  }

  private static Diagnosis diagnosis(Path socket) throws IOException {
    try (ClosedPort metrics = new ClosedPort()) {
      return DoctorFixture.at(URI.create("unix:" + socket), metrics.url())
          .diagnosis(1, new FakeClock(Instant.now()));
    }
  }
}
