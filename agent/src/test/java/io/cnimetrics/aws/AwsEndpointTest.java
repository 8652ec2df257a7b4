package io.cnimetrics.aws;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.http.Fault;
import io.cnimetrics.aws.AwsEndpoint.Probe;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(20)
class AwsEndpointTest {
  private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");
  private static final Duration LIMIT = Duration.ofSeconds(2);

  @AutoClose private final FakeEc2 aws = FakeEc2.start();

  @ParameterizedTest
  @CsvSource({"200", "403", "404", "302"})
  void anyStatusIsAnAnswerAndItsDateShowsTheClock(int status) {
    aws.answering(aResponse().withStatus(status).withHeader("Date", date(NOW.plusSeconds(42))));

    Probe probe = probe();

    assertThat(probe.endpoint()).isEqualTo(aws.endpoint());
    assertThat(probe.failure()).isEmpty();
    assertThat(probe.ahead()).contains(Duration.ofSeconds(42));
  }

  @Test
  void requestHasNoCredentials() {
    probe();

    assertThat(aws.requests())
        .singleElement()
        .satisfies(
            request -> {
              assertThat(request.getMethod().getName()).isEqualTo("GET");
              assertThat(request.containsHeader("Authorization")).isFalse();
              assertThat(request.getBodyAsString()).isEmpty();
            });
  }

  @Test
  void answerWithoutADateHasNoTime() {
    aws.answering(aResponse().withHeader("Date", "yesterday"));

    assertThat(probe().ahead()).isEmpty();
  }

  @Test
  void connectionThatBreaksIsAFailure() {
    aws.answering(aResponse().withFault(Fault.CONNECTION_RESET_BY_PEER));

    assertThat(probe().failure().orElseThrow()).startsWith("UNREACHABLE: ");
  }

  @Test
  void hangingEndpointIsAFailure() {
    aws.answering(aResponse().withFixedDelay(10_000));

    assertThat(
            SdkSettings.with(
                    settings(),
                    () ->
                        AwsEndpoint.EC2.probe(
                            "eu-west-1", Duration.ofMillis(300), InstantSource.fixed(NOW)))
                .failure()
                .orElseThrow())
        .startsWith("TIMEOUT: ");
  }

  @ParameterizedTest
  @CsvSource({
    "eu-west-1, false, https://monitoring.eu-west-1.amazonaws.com,"
        + " https://ec2.eu-west-1.amazonaws.com",
    "cn-north-1, false, https://monitoring.cn-north-1.amazonaws.com.cn,"
        + " https://ec2.cn-north-1.amazonaws.com.cn",
    "us-east-1, true, https://monitoring-fips.us-east-1.amazonaws.com,"
        + " https://ec2-fips.us-east-1.amazonaws.com"
  })
  void endpointFollowsPartitionAndSettings(String region, boolean fips, URI cloudWatch, URI ec2) {
    // This proxy does not exist, so that no request leaves the machine.
    Map<String, String> settings =
        Map.of(
            "aws.useFipsEndpoint", String.valueOf(fips),
            "https.proxyHost", "127.0.0.1",
            "https.proxyPort", "1");

    assertThat(SdkSettings.with(settings, () -> probe(AwsEndpoint.CLOUDWATCH, region)))
        .isEqualTo(cloudWatch);
    assertThat(SdkSettings.with(settings, () -> probe(AwsEndpoint.EC2, region))).isEqualTo(ec2);
  }

  private static URI probe(AwsEndpoint endpoint, String region) {
    Probe probe = endpoint.probe(region, LIMIT, InstantSource.fixed(NOW));
    assertThat(probe.failure().orElseThrow()).startsWith("UNREACHABLE: ");
    return probe.endpoint();
  }

  private Probe probe() {
    return SdkSettings.with(
        settings(), () -> AwsEndpoint.EC2.probe("eu-west-1", LIMIT, InstantSource.fixed(NOW)));
  }

  private Map<String, String> settings() {
    return Map.of("aws.endpointUrlEc2", aws.endpoint().toString());
  }

  private static String date(Instant at) {
    return DateTimeFormatter.RFC_1123_DATE_TIME.format(at.atOffset(ZoneOffset.UTC));
  }
}
