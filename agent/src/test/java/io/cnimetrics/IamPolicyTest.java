package io.cnimetrics;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import io.cnimetrics.agent.Agent;
import io.cnimetrics.aws.FakeEc2;
import io.cnimetrics.aws.FakeImds;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.config.AgentConfig;
import io.cnimetrics.config.Values;
import io.cnimetrics.health.MetricsPage.BuildInfo;
import io.cnimetrics.snapshot.Subnet;
import io.cnimetrics.testing.EagerNode;
import io.cnimetrics.testing.Eventually;
import io.cnimetrics.testing.FakeIpamd;
import io.cnimetrics.testing.RecordedNode;
import io.cnimetrics.testing.StubCloudWatch;
import io.cnimetrics.testing.SystemProperties;
import io.cnimetrics.wiring.DaggerAgentComponent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The policy allows the AWS calls of a complete run, and nothing else. */
@Timeout(120)
class IamPolicyTest {
  private static final Path POLICIES = Path.of("..", "iam-policy");

  /**
   * A request to EC2 names its action in the form. A request to CloudWatch names it in the path.
   */
  private static final Pattern FORM = Pattern.compile("(?:^|&)Action=(\\w+)");

  private static final Pattern PATH = Pattern.compile("/operation/(\\w+)$");
  private static final Pattern SCOPE = Pattern.compile("Credential=[\\w-]+/\\d+/[^/]+/(\\w+)/");

  private static final RecordedNode NODE = RecordedNode.of("v1.23.1/seed");

  private static final String SUBNET = NODE.truth().get("enis").get(0).get("subnetId").asText();

  @AutoClose private final SystemProperties properties = new SystemProperties();
  @AutoClose private final FakeIpamd ipamd = new FakeIpamd().serve(NODE);

  @AutoClose
  private final FakeEc2 ec2 =
      FakeEc2.start()
          .withTags(Map.of("eks:cluster-name", "prod"))
          .withSubnets(new Subnet(SUBNET, 100, 151));

  @AutoClose private final StubCloudWatch cloudWatch = StubCloudWatch.start();

  @Test
  void policyAllowsExactlyTheCallsOfTheAgent() throws IOException {
    assertThat(asked(() -> !cloudWatch.requests().isEmpty()))
        .isEqualTo(allowed("CNIMetricsHelperPolicy.json"));
  }

  @Test
  void policyForSubnetsAllowsExactlyTheAdditionalCall() throws IOException {
    Set<String> both = allowed("CNIMetricsHelperPolicy.json");
    both.addAll(allowed("CNIMetricsSubnetsPolicy.json"));

    assertThat(asked(this::asksForSubnets, "--subnets", "true")).isEqualTo(both);
  }

  @Test
  void agentThatSendsOnlyByOtlpReadsTheClustersNameToo() throws IOException {
    String receiver = "http://127.0.0.1:9/v1/metrics";

    assertThat(
            asked(
                () -> !ec2.requests().isEmpty(),
                "--cloudwatch",
                "false",
                "--otlp-endpoint",
                receiver))
        .containsExactly("ec2:DescribeTags");
  }

  private boolean asksForSubnets() {
    return ec2.requests().stream().anyMatch(request -> action(request).contains("Subnets"));
  }

  private Set<String> asked(BooleanSupplier done, String... flags) throws IOException {
    try (FakeImds imds = FakeImds.ofAnInstance()) {
      properties.set(
          Map.of(
              "aws.ec2MetadataServiceEndpoint", imds.endpoint().toString(),
              "aws.endpointUrlEc2", ec2.endpoint().toString(),
              "aws.endpointUrlCloudWatch", cloudWatch.endpoint().toString(),
              "aws.accessKeyId", "key",
              "aws.secretAccessKey", "secret"));
      liveAndStop(done, flags);
    }
    return Stream.of(ec2.requests(), cloudWatch.requests())
        .flatMap(List::stream)
        .map(IamPolicyTest::action)
        .collect(toSet());
  }

  /** Runs an agent without cluster and region, so that it makes every AWS call that it can make. */
  private void liveAndStop(BooleanSupplier done, String... flags) {
    Map<String, String> given = new HashMap<>();
    given.put("--introspection-url", ipamd.introspectionUrl().toString());
    given.put("--metrics-url", ipamd.metricsUrl().toString());
    for (int i = 0; i < flags.length; i += 2) {
      given.put(flags[i], flags[i + 1]);
    }
    Values values = new Values(given, Map.of(), List.of());
    AgentConfig config = AgentConfig.of(values, EagerNode.of(SUBNET), MetricCatalog.names());
    Agent agent =
        DaggerAgentComponent.factory()
            .create(config, BuildInfo.of("test"), InstantSource.system())
            .agent();
    Thread polling = new Thread(agent::run, "agent");
    polling.setDaemon(true);
    polling.start();
    Eventually.holds("the requests", Duration.ofSeconds(90), done);
    assertThat(agent.stop()).isTrue();
  }

  private static Set<String> allowed(String file) throws IOException {
    JsonNode policy = RecordedNode.json(Files.readString(POLICIES.resolve(file)));
    assertThat(policy.get("Version").asText()).isEqualTo("2012-10-17");
    Set<String> actions = new TreeSet<>();
    for (JsonNode statement : policy.get("Statement")) {
      assertThat(statement.get("Effect").asText()).isEqualTo("Allow");
      assertThat(statement.get("Resource").asText()).isEqualTo("*");
      assertThat(statement.get("Sid").asText()).matches("[A-Za-z0-9]+");
      actions.add(statement.get("Action").asText());
    }
    return actions;
  }

  /**
   * The action that IAM checks. Its service is from the signature; for CloudWatch this is
   * "monitoring".
   */
  private static String action(LoggedRequest request) {
    String service = found(SCOPE, request.getHeader("Authorization"));
    Matcher form = FORM.matcher(request.getBodyAsString());
    String name = form.find() ? form.group(1) : found(PATH, request.getUrl());
    return (service.equals("monitoring") ? "cloudwatch" : service) + ":" + name;
  }

  private static String found(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    assertThat(matcher.find()).as("%s in %s", pattern, text).isTrue();
    return matcher.group(1);
  }
}
