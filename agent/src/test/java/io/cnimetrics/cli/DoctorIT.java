package io.cnimetrics.cli;

import static io.cnimetrics.cli.DoctorTest.start;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import io.cnimetrics.aws.FakeEc2;
import io.cnimetrics.aws.FakeImds;
import io.cnimetrics.simulator.NamedScenario;
import io.cnimetrics.simulator.SimulatedIpamd;
import io.cnimetrics.snapshot.Subnet;
import io.cnimetrics.testing.AgentProcess;
import io.cnimetrics.testing.AgentProcess.Result;
import io.cnimetrics.testing.HealthPages;
import io.cnimetrics.testing.RecordedNode;
import io.cnimetrics.testing.StubCloudWatch;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests {@code doctor} of the distribution in a separate process. */
class DoctorIT {
  private static final String GONE = "http://127.0.0.1:1";

  @TempDir private Path folder;

  @Test
  void healthyNodeIsDoneSoonAndWithoutFindings() throws IOException {
    try (FakeImds imds = FakeImds.ofAnInstance().withTags(Map.of("eks:cluster-name", "payments"));
        SimulatedIpamd ipamd = start(NamedScenario.HEALTHY)) {
      Result result = doctor(ipamd).in(metadata(imds.endpoint().toString())).run();

      assertThat(result.exitCode()).isZero();
      assertThat(result.err()).isEmpty();
      assertThat(result.out()).contains("m5.xlarge, cluster payments, VPC CNI v1.23.2");
      assertThat(result.time()).isLessThan(Duration.ofSeconds(10));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "healthy, 0, '0 fail, 0 warn'",
    "missing-policy, 1, 'FAIL  ipamD does not run, or failed to start'",
    "security-group-gone, 1, FAIL  The security group for new ENIs does not exist",
    "subnet-empty, 1, FAIL  The subnet has too few free addresses",
    "old-port, 1, FAIL  Introspection is on the port of old releases"
  })
  void simulatedScenarioIsReported(String scenario, int exitCode, String finding) {
    try (StubCloudWatch cloudWatch = StubCloudWatch.start();
        AgentProcess.Running simulated =
            AgentProcess.of(
                    "simulate",
                    "--scenario=" + scenario,
                    "--introspection-port=0",
                    "--metrics-port=0")
                .start()) {
      String[] flags = simulated.nextLine(Duration.ofSeconds(20)).split(": ", 2)[1].split(" ");
      Result result =
          AgentProcess.of("doctor", "--cluster-id=c", "--region=eu-west-1")
              .with("--state-dir=" + folder)
              .with(flags)
              .in(cloudWatch.environment())
              .run();

      assertThat(result.exitCode()).isEqualTo(exitCode);
      assertThat(result.out()).contains(finding);
    }
  }

  @Test
  void withoutNetworkTheDoctorEndsWithinTenSecondsAndNamesSkippedChecks() {
    Result result =
        AgentProcess.of("doctor", "--verbose")
            .reading(GONE, GONE + "/metrics")
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
  void hangingSourcesStillEndWithinTenSeconds() throws IOException {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      String url = "http://127.0.0.1:" + silent.getLocalPort();
      Result result =
          AgentProcess.of("doctor", "--output=json")
              .reading(url, url + "/metrics")
              .in(metadata(url))
              .run();

      assertThat(result.time()).isLessThan(Duration.ofSeconds(11));
      assertThat(result.exitCode()).isEqualTo(1);
      assertThat(RecordedNode.json(result.out()).get("findings").findValuesAsText("title"))
          .contains("ipamD does not answer in time", "Instance metadata cannot be read");
    }
  }

  @Test
  void datumIsSentOnlyWithSendTest() throws IOException {
    try (FakeImds imds = FakeImds.ofAnInstance();
        SimulatedIpamd ipamd = start(NamedScenario.HEALTHY);
        StubCloudWatch cloudWatch = StubCloudWatch.start()) {
      AgentProcess silent =
          doctor(ipamd).with("--output=json").in(metadata(imds.endpoint().toString()));
      assertThat(level(silent.in(cloudWatch.environment()).run(), "put-metric-data"))
          .isEqualTo("not checked");
      assertThat(puts(cloudWatch)).isEmpty();

      Result sent = silent.with("--send-test").run();

      assertThat(sent.exitCode()).isZero();
      assertThat(level(sent, "put-metric-data")).isEqualTo("ok");
      assertThat(level(sent, "monitoring-endpoint")).isEqualTo("ok");
      assertThat(puts(cloudWatch)).hasSize(1);
    }
  }

  @Test
  void deniedDatumIsAFailure() throws IOException {
    try (FakeImds imds = FakeImds.ofAnInstance();
        SimulatedIpamd ipamd = start(NamedScenario.HEALTHY);
        StubCloudWatch cloudWatch = StubCloudWatch.start()) {
      cloudWatch.refusing(403, "AccessDenied", "not authorized to perform PutMetricData");

      Result result =
          doctor(ipamd)
              .in(metadata(imds.endpoint().toString()))
              .in(cloudWatch.environment())
              .with("--send-test", "--output=json")
              .run();

      assertThat(result.exitCode()).isEqualTo(1);
      assertThat(level(result, "put-metric-data")).isEqualTo("fail");
      assertThat(result.out()).contains("cloudwatch:PutMetricData");
    }
  }

  /** The subnet of each simulated node, because the model's seed is the same. */
  private static final String SUBNET = "subnet-0bb1ad57319b89cd8";

  @Test
  void subnetsAreRequestedIfTheFlagIsGiven() throws IOException {
    try (FakeImds imds = FakeImds.ofAnInstance();
        SimulatedIpamd ipamd = start(NamedScenario.HEALTHY);
        FakeEc2 ec2 = FakeEc2.start().withSubnets(new Subnet(SUBNET, 7, 244))) {
      Result result =
          doctor(ipamd)
              .in(metadata(imds.endpoint().toString()))
              .in(Map.of("AWS_ENDPOINT_URL_EC2", ec2.endpoint().toString()))
              .with("--subnets", "--cluster-id=c", "--output=json")
              .run();

      assertThat(level(result, "subnet")).isEqualTo("warn");
      assertThat(level(result, "clock")).isEqualTo("ok");
      assertThat(result.out()).contains(SUBNET + ": 7 of 251 addresses are free");
    }
  }

  private static List<LoggedRequest> puts(StubCloudWatch cloudWatch) {
    return cloudWatch.requests().stream()
        .filter(request -> request.getMethod().getName().equals("POST"))
        .toList();
  }

  private static String level(Result result, String id) {
    assertThat(result.out()).as(result.err()).isNotEmpty();
    return DoctorTest.level(result.out(), id);
  }

  @Test
  @DisabledIfSystemProperty(
      named = "native",
      matches = "true",
      disabledReason = "an executable loads no classes")
  void runLoadsNoClassOfTheDoctor() throws IOException {
    Path loaded = folder.resolve("loaded");
    try (SimulatedIpamd ipamd = start(NamedScenario.HEALTHY);
        AgentProcess.Running agent =
            AgentProcess.of(
                    "run",
                    "--cluster-id=c",
                    "--region=eu-west-1",
                    "--cloudwatch=false",
                    "--prometheus",
                    "--health-address=" + HealthPages.onFreePort().address())
                .reading(ipamd.introspectionUrl(), ipamd.metricsUrl())
                .in(Map.of("JAVA_OPTS", "-Xlog:class+load:file=" + loaded))
                .start()) {
      agent.awaitLog("starting:");
      agent.stop();
    }

    assertThat(Files.readString(loaded))
        .contains("io.cnimetrics.agent.Agent ")
        .doesNotContain("io.cnimetrics.doctor", "PrepareStateDir$");
  }

  private static AgentProcess doctor(SimulatedIpamd ipamd) {
    return AgentProcess.of("doctor").reading(ipamd.introspectionUrl(), ipamd.metricsUrl());
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
        endpoint,
        "AWS_ENDPOINT_URL_CLOUDWATCH",
        endpoint);
  }
}
