package io.cnimetrics;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import io.cnimetrics.identity.FakeEc2;
import io.cnimetrics.testing.RecordedNode;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.cloudwatch.CloudWatchClient;
import software.amazon.awssdk.services.cloudwatch.model.MetricDatum;

/** The policy allows what the agent asks of AWS, and nothing else. */
class IamPolicyTest {
  private static final Path POLICY = Path.of("..", "iam-policy", "CNIMetricsHelperPolicy.json");

  /** An empty map, in the CBOR that CloudWatch's client speaks. */
  private static final ResponseDefinitionBuilder CLOUDWATCH_OK =
      aResponse()
          .withHeader("smithy-protocol", "rpc-v2-cbor")
          .withHeader("Content-Type", "application/cbor")
          .withBody(new byte[] {(byte) 0xa0});

  /** EC2 takes the action's name in a form, CloudWatch in the path. */
  private static final Pattern FORM = Pattern.compile("(?:^|&)Action=(\\w+)");

  private static final Pattern PATH = Pattern.compile("/operation/(\\w+)$");
  private static final Pattern SCOPE = Pattern.compile("Credential=\\w+/\\d+/[^/]+/(\\w+)/");

  @Test
  void policyAllowsExactlyWhatTheAgentAsksFor() throws IOException {
    Set<String> asked =
        Stream.of(describeTags(), putMetricData())
            .flatMap(List::stream)
            .map(IamPolicyTest::action)
            .collect(toSet());

    assertThat(asked).isEqualTo(allowed(RecordedNode.json(Files.readString(POLICY))));
  }

  private static List<LoggedRequest> describeTags() {
    try (FakeEc2 ec2 = FakeEc2.start()) {
      ec2.tags().read("i-0123456789abcdef0", "us-west-2", Duration.ofSeconds(10));
      return ec2.requests();
    }
  }

  /** By the SDK's client as it is: what the agent sends with takes its place here. */
  private static List<LoggedRequest> putMetricData() {
    WireMockServer server = new WireMockServer(wireMockConfig().dynamicPort());
    server.start();
    server.stubFor(any(anyUrl()).willReturn(CLOUDWATCH_OK));
    try (CloudWatchClient client =
        CloudWatchClient.builder()
            .endpointOverride(URI.create(server.baseUrl()))
            .region(Region.US_WEST_2)
            .credentialsProvider(StaticCredentialsProvider.create(FakeEc2.CREDENTIALS))
            .httpClientBuilder(UrlConnectionHttpClient.builder())
            .build()) {
      MetricDatum datum = MetricDatum.builder().metricName("eniAllocated").value(2.0).build();
      client.putMetricData(
          request -> request.namespace("Kubernetes/CNI").metricData(List.of(datum)));
      return server.findAll(anyRequestedFor(anyUrl()));
    } finally {
      server.stop();
    }
  }

  private static Set<String> allowed(JsonNode policy) {
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
   * The action that IAM decides on. The service is that of the signature, which for CloudWatch is
   * monitoring.
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
