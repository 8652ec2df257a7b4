package io.cnimetrics.otlp;

import io.cnimetrics.aws.AwsEndpoint;
import io.cnimetrics.aws.Credentials;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.time.Clock;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4FamilyHttpSigner;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.HttpSigner;

/** Signs requests to CloudWatch's endpoint for OTLP with the agent's credentials. */
final class Signature {
  /** The service name in the signature. With another name CloudWatch answers with status 403. */
  private static final String SERVICE = "monitoring";

  private final AwsV4HttpSigner signer = AwsV4HttpSigner.create();
  private final Credentials credentials;
  private final String region;
  private final Clock clock;

  private Signature(Credentials credentials, String region, InstantSource clock) {
    this.credentials = credentials;
    this.region = region;
    this.clock = clock.withZone(ZoneOffset.UTC);
  }

  static Signature of(String region, InstantSource clock) {
    return new Signature(Credentials.fromEnvironment(region, clock), region, clock);
  }

  /** CloudWatch's endpoint for OTLP metrics, by the SDK's settings for CloudWatch. */
  static URI endpoint(String region) {
    String base = AwsEndpoint.CLOUDWATCH.in(region).toString();
    return URI.create(base.replaceFirst("/+$", "") + "/v1/metrics");
  }

  /** Fetches new credentials before the next request. */
  void renew() {
    credentials.renew();
  }

  List<String> secrets() {
    return credentials.secrets();
  }

  /**
   * Returns the request with the headers of the signature.
   *
   * @throws io.cnimetrics.aws.CredentialsException if there are no credentials
   */
  SdkHttpRequest sign(SdkHttpRequest request, byte[] body) {
    return signer
        .sign(
            sign ->
                sign.identity(credentials.resolveCredentials())
                    .request(request)
                    .payload(() -> new ByteArrayInputStream(body))
                    .putProperty(AwsV4FamilyHttpSigner.SERVICE_SIGNING_NAME, SERVICE)
                    .putProperty(AwsV4HttpSigner.REGION_NAME, region)
                    .putProperty(HttpSigner.SIGNING_CLOCK, clock))
        .request();
  }
}
