package io.cnimetrics.cloudwatch;

import static io.cnimetrics.cloudwatch.SinkFixture.CLOCK;
import static io.cnimetrics.cloudwatch.SinkFixture.LIMIT;
import static io.cnimetrics.cloudwatch.SinkFixture.NAMESPACE;
import static io.cnimetrics.cloudwatch.SinkFixture.datums;
import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.publish.MetricSink.PutResult;
import io.cnimetrics.testing.RawServer;
import io.cnimetrics.testing.SystemProperties;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A node without IPv4: all endpoints and the sources of credentials have IPv6 addresses. */
@Timeout(30)
class Ipv6OnlyTest {
  private static final String KEYS =
      """
      {"AccessKeyId": "key-of-pod", "SecretAccessKey": "secret", "Token": "token",
       "Expiration": "2999-01-01T00:00:00Z"}
      """;

  private static final String ASSUMED =
      """
      <AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials>\
      <AccessKeyId>key-of-sts</AccessKeyId><SecretAccessKey>secret</SecretAccessKey>\
      <SessionToken>token</SessionToken></Credentials></AssumeRoleWithWebIdentityResult>\
      </AssumeRoleWithWebIdentityResponse>\
      """;

  @AutoClose private final SystemProperties properties = new SystemProperties();

  @TempDir Path folder;

  @Test
  void cloudWatchAndPodIdentityAreReached() throws IOException {
    try (RawServer agent = RawServer.ipv6(RawServer.Answer.ok(KEYS))) {
      properties.set(
          Map.of("aws.containerCredentialsFullUri", agent.address() + "/v1/credentials"));
      assertThat(sentBy("key-of-pod")).contains("Host: [::1]:", " /base/service/");
      assertThat(agent.requested()).containsExactly("/v1/credentials");
    }
  }

  @Test
  void stsIsReached() throws IOException {
    try (RawServer sts = RawServer.ipv6(RawServer.Answer.ok(ASSUMED))) {
      properties.set(
          Map.of(
              "aws.endpointUrlSts",
              sts.address() + "/gate/",
              "aws.roleArn",
              "arn:aws:iam::111122223333:role/agent",
              "aws.webIdentityTokenFile",
              Files.writeString(folder.resolve("token"), "a.b.c").toString()));
      assertThat(sentBy("key-of-sts")).contains("Host: [::1]:");
      assertThat(sts.requested()).containsExactly("/gate/");
    }
  }

  /** Returns the request's head at a CloudWatch with an IPv6 address. */
  private String sentBy(String key) throws IOException {
    try (RawServer server =
        RawServer.ipv6(request -> request.send(RawCloudWatch.OK + "Content-Length: 0\r\n\r\n"))) {
      properties.set(
          Map.of(
              "aws.endpointUrlCloudWatch", server.address() + "/base/",
              "aws.sharedCredentialsFile", folder.resolve("credentials").toString(),
              "aws.configFile", folder.resolve("config").toString()));
      try (CloudWatchSink sink = CloudWatchSink.open("eu-west-1", CLOCK)) {
        assertThat(sink.put(NAMESPACE, datums(1), LIMIT)).isEqualTo(PutResult.ACCEPTED);
      }
      String head = server.heads().get(0);
      assertThat(head).contains("=" + key + "/");
      return head;
    }
  }
}
