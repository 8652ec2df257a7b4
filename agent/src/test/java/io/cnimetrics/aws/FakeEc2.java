package io.cnimetrics.aws;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.containing;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static java.util.stream.Collectors.joining;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import io.cnimetrics.snapshot.Subnet;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;

/** A fake EC2 with its own port. It serves tags and subnets in EC2's Query protocol. */
public final class FakeEc2 implements AutoCloseable {
  public static final AwsCredentials CREDENTIALS =
      AwsBasicCredentials.create("AKIDEXAMPLE", "secret-example");

  private final WireMockServer server = new WireMockServer(wireMockConfig().dynamicPort());

  private FakeEc2() {
    server.start();
  }

  /** Returns an EC2 whose instances have no tags. */
  public static FakeEc2 start() {
    return new FakeEc2().withTags(Map.of());
  }

  /** Returns these tags for any instance. */
  public FakeEc2 withTags(Map<String, String> tags) {
    return answering(aResponse().withBody(tagSet(tags, "")));
  }

  /**
   * Returns these tags on the page of a token. Also returns the next token, if there is a next
   * page.
   */
  public FakeEc2 withPage(String token, Map<String, String> tags, String nextToken) {
    server.stubFor(
        post(urlPathEqualTo("/"))
            .withRequestBody(containing("NextToken=" + token))
            .willReturn(aResponse().withBody(tagSet(tags, nextToken))));
    return this;
  }

  /** Returns these subnets for each request of subnets. */
  public FakeEc2 withSubnets(Subnet... subnets) {
    server.stubFor(
        post(urlPathEqualTo("/"))
            .withRequestBody(containing("Action=DescribeSubnets"))
            .willReturn(aResponse().withBody(subnetSet(subnets))));
    return this;
  }

  /** Refuses requests for subnets. */
  public FakeEc2 withoutPermissionForSubnets() {
    server.stubFor(
        post(urlPathEqualTo("/"))
            .withRequestBody(containing("Action=DescribeSubnets"))
            .willReturn(error(403, "UnauthorizedOperation", "You are not authorized to do this.")));
    return this;
  }

  /** Refuses all requests. */
  public FakeEc2 refusing(int status, String code, String message) {
    return answering(error(status, code, message));
  }

  private static ResponseDefinitionBuilder error(int status, String code, String message) {
    return aResponse()
        .withStatus(status)
        .withBody(
            """
            <?xml version="1.0" encoding="UTF-8"?>
            <Response><Errors><Error><Code>%s</Code><Message>%s</Message></Error></Errors>\
            <RequestID>4f2fcd65-0000-4c3e-9a3a-000000000000</RequestID></Response>\
            """
                .formatted(code, message));
  }

  /** Gives this response to all requests. */
  public FakeEc2 answering(ResponseDefinitionBuilder response) {
    server.resetMappings();
    server.stubFor(any(anyUrl()).willReturn(response));
    return this;
  }

  /** Returns the body of an answer about tags. */
  static String tagSet(Map<String, String> tags, String nextToken) {
    String items =
        tags.entrySet().stream()
            .map(
                tag ->
                    """
                    <item><resourceId>i-0123456789abcdef0</resourceId>\
                    <resourceType>instance</resourceType><key>%s</key><value>%s</value></item>\
                    """
                        .formatted(tag.getKey(), tag.getValue()))
            .collect(joining());
    return """
    <?xml version="1.0" encoding="UTF-8"?>
    <DescribeTagsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">\
    <requestId>7a62c49f-347e-4fc4-9331-6e8eEXAMPLE</requestId><tagSet>%s</tagSet>%s\
    </DescribeTagsResponse>\
    """
        .formatted(
            items, nextToken.isEmpty() ? "" : "<nextToken>%s</nextToken>".formatted(nextToken));
  }

  /** Returns the body of an answer about subnets of size /24. */
  static String subnetSet(Subnet... subnets) {
    String items =
        Stream.of(subnets)
            .map(
                subnet ->
                    """
                    <item><subnetId>%s</subnetId><state>available</state>\
                    <cidrBlock>10.0.1.0/24</cidrBlock>\
                    <availableIpAddressCount>%d</availableIpAddressCount></item>\
                    """
                        .formatted(subnet.id(), subnet.free()))
            .collect(joining());
    return """
    <?xml version="1.0" encoding="UTF-8"?>
    <DescribeSubnetsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">\
    <requestId>7a62c49f-347e-4fc4-9331-6e8eEXAMPLE</requestId><subnetSet>%s</subnetSet>\
    </DescribeSubnetsResponse>\
    """
        .formatted(items);
  }

  /** A client that asks this EC2 for subnets. */
  public NodeSubnets subnets() {
    return new NodeSubnets(InstanceMetadata.fromEnvironment(), Ec2.at(endpoint(), CREDENTIALS));
  }

  /** A client that asks this EC2 for tags. */
  public InstanceTags tags() {
    return new InstanceTags(Ec2.at(endpoint(), CREDENTIALS));
  }

  public URI endpoint() {
    return URI.create("http://127.0.0.1:" + server.port());
  }

  /** All requests so far, oldest first. */
  public List<LoggedRequest> requests() {
    return server.findAll(anyRequestedFor(anyUrl()));
  }

  @Override
  public void close() {
    server.stop();
  }
}
