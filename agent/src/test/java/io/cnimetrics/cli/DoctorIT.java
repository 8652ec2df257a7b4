package io.cnimetrics.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.identity.FakeImds;
import io.cnimetrics.simulator.NamedScenario;
import io.cnimetrics.simulator.SimulatedIpamd;
import io.cnimetrics.testing.AgentProcess;
import io.cnimetrics.testing.AgentProcess.Result;
import io.cnimetrics.testing.HealthPages;
import io.cnimetrics.testing.RecordedNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code doctor} of the distribution, as a process of its own. */
class DoctorIT {
  private static final String GONE = "http://127.0.0.1:1";

  @TempDir private Path folder;

  @Test
  void healthyNodeIsDoneWithinThreeSeconds() throws IOException {
    try (FakeImds imds = FakeImds.ofAnInstance().withTags(Map.of("eks:cluster-name", "payments"));
        SimulatedIpamd ipamd = start(NamedScenario.HEALTHY)) {
      Result result = doctor(ipamd).in(metadata(imds.endpoint().toString())).run();

      assertThat(result.exitCode()).isZero();
      assertThat(result.err()).isEmpty();
      assertThat(result.out()).contains("m5.xlarge, cluster payments, VPC CNI v1.23.1");
      assertThat(result.time()).isLessThan(Duration.ofSeconds(3));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "healthy, 0, '0 fail, 0 warn'",
    "missing-policy, 1, FAIL  EC2 denies ipamD what it needs",
    "subnet-empty, 1, FAIL  The subnet has no free address",
    "old-port, 1, FAIL  Introspection is on the port of old releases"
  })
  void scenarioThatIsPlayedIsFoundOut(String scenario, int exitCode, String finding) {
    try (AgentProcess.Running simulated =
        AgentProcess.of(
                "simulate", "--scenario=" + scenario, "--introspection-port=0", "--metrics-port=0")
            .start()) {
      String[] flags = simulated.nextLine(Duration.ofSeconds(20)).split(": ", 2)[1].split(" ");
      Result result =
          AgentProcess.of("doctor", "--cluster-id=c", "--region=eu-west-1")
              .with("--state-dir=" + folder)
              .with(flags)
              .run();

      assertThat(result.exitCode()).isEqualTo(exitCode);
      assertThat(result.out()).contains(finding);
    }
  }

  @Test
  void withoutAnyNetworkItEndsWithinTenSecondsAndSaysWhatIsNotChecked() {
    Result result =
        AgentProcess.of(
                "doctor", "--introspection-url=" + GONE, "--metrics-url=" + GONE + "/metrics")
            .in(metadata(GONE))
            .run();

    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.time()).isLessThan(Duration.ofSeconds(10));
    assertThat(result.out())
        .contains("FAIL  ipamD does not run", "WARN  Instance metadata cannot be read")
        .contains("Not checked");
    assertThat(result.out() + result.err()).doesNotContain("\tat ", "Exception");
  }

  @Test
  void whateverHangsItEndsWithinTenSeconds() throws IOException {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      String url = "http://127.0.0.1:" + silent.getLocalPort();
      Result result =
          AgentProcess.of(
                  "doctor",
                  "--output=json",
                  "--introspection-url=" + url,
                  "--metrics-url=" + url + "/metrics")
              .in(metadata(url))
              .run();

      assertThat(result.time()).isLessThan(Duration.ofSeconds(11));
      assertThat(result.exitCode()).isEqualTo(1);
      assertThat(RecordedNode.json(result.out()).get("findings").findValuesAsText("title"))
          .contains("ipamD does not answer in time", "Instance metadata cannot be read");
    }
  }

  @Test
  void runLoadsNoClassOfIt() throws IOException {
    Path loaded = folder.resolve("loaded");
    try (SimulatedIpamd ipamd = start(NamedScenario.HEALTHY);
        AgentProcess.Running agent =
            AgentProcess.of(
                    "run",
                    "--introspection-url=" + ipamd.introspectionUrl(),
                    "--metrics-url=" + ipamd.metricsUrl(),
                    "--cluster-id=c",
                    "--region=eu-west-1",
                    "--cloudwatch=false",
                    "--prometheus",
                    "--health-address=" + HealthPages.onFreePort().address())
                .in(Map.of("JAVA_OPTS", "-Xlog:class+load:file=" + loaded))
                .start()) {
      agent.awaitLog("starting:");
      agent.stop();
    }

    assertThat(Files.readString(loaded))
        .contains("io.cnimetrics.agent.Agent ")
        .doesNotContain("io.cnimetrics.doctor", "io.cnimetrics.render.Doctor");
  }

  private static AgentProcess doctor(SimulatedIpamd ipamd) {
    return AgentProcess.of(
        "doctor",
        "--introspection-url=" + ipamd.introspectionUrl(),
        "--metrics-url=" + ipamd.metricsUrl());
  }

  private static Map<String, String> metadata(String endpoint) {
    return Map.of(
        "AWS_EC2_METADATA_DISABLED",
        "false",
        "AWS_EC2_METADATA_SERVICE_ENDPOINT",
        endpoint,
        "AWS_ACCESS_KEY_ID",
        "AKIDEXAMPLE",
        "AWS_SECRET_ACCESS_KEY",
        "secret",
        "AWS_ENDPOINT_URL_EC2",
        endpoint);
  }

  private static SimulatedIpamd start(NamedScenario scenario) {
    return SimulatedIpamd.start(
        scenario.scenario().build(),
        SimulatedIpamd.Ports.ANY,
        scenario.settled(),
        InstantSource.system());
  }
}
