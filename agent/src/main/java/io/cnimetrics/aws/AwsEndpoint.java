package io.cnimetrics.aws;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.awscore.endpoint.AwsClientEndpointProvider;
import software.amazon.awssdk.awscore.endpoint.DualstackEnabledProvider;
import software.amazon.awssdk.awscore.endpoint.FipsEnabledProvider;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.regions.EndpointTag;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.ServiceEndpointKey;
import software.amazon.awssdk.regions.ServiceMetadata;

/**
 * An AWS endpoint. The SDK's settings determine the endpoint: {@code AWS_ENDPOINT_URL}, {@code
 * AWS_ENDPOINT_URL_<service>}, FIPS, dual-stack, partition and proxy. A probe sends a request that
 * has no credentials and no path. Every answer counts as success.
 */
public enum AwsEndpoint {
  CLOUDWATCH("CloudWatch", "monitoring"),
  EC2("Ec2", "ec2"),
  STS("Sts", "sts");

  private final String serviceId;
  private final String prefix;

  AwsEndpoint(String serviceId, String prefix) {
    this.serviceId = serviceId;
    this.prefix = prefix;
  }

  /**
   * The result of a probe.
   *
   * @param failure the reason why no answer came; empty if an answer came
   * @param ahead the answer's date minus the time of the node's clock, in whole seconds
   */
  public record Probe(URI endpoint, Optional<String> failure, Optional<Duration> ahead) {}

  /**
   * Sends one request to the endpoint.
   *
   * @param limit the time limit for connecting, and also for each wait for bytes
   * @throws RuntimeException if the SDK's settings are invalid
   */
  public Probe probe(String region, Duration limit, InstantSource clock) {
    URI endpoint = in(region);
    try {
      return new Probe(endpoint, Optional.empty(), ahead(endpoint, limit, clock));
    } catch (IOException | RuntimeException e) {
      RootCause failure = RootCause.of(e);
      return new Probe(
          endpoint, Optional.of(failure.reason() + ": " + failure.message()), Optional.empty());
    }
  }

  private static Optional<Duration> ahead(URI endpoint, Duration limit, InstantSource clock)
      throws IOException {
    HttpCall request = AwsHttp.client(limit, limit).get(endpoint, Map.of());
    try {
      Instant before = clock.instant();
      SdkHttpResponse answer = request.call().httpResponse();
      Instant middle = before.plus(Duration.between(before, clock.instant()).dividedBy(2));
      return AwsHttp.date(answer, "Date")
          .map(date -> Duration.ofSeconds(Duration.between(middle, date).toSeconds()));
    } finally {
      request.abort();
    }
  }

  /**
   * Returns an interceptor that keeps the path of a URL such as {@code AWS_ENDPOINT_URL_EC2}. For
   * services with the Query protocol, the SDK 2.58 sends requests to the path {@code /} instead.
   */
  ExecutionInterceptor keepingPath() {
    String path = override().map(URI::getRawPath).orElse("");
    return new ExecutionInterceptor() {
      @Override
      public SdkHttpRequest modifyHttpRequest(
          Context.ModifyHttpRequest context, ExecutionAttributes attributes) {
        SdkHttpRequest request = context.httpRequest();
        return request.encodedPath().length() > 1
            ? request
            : request.toBuilder().encodedPath(path).build();
      }
    };
  }

  /**
   * The endpoint in a region.
   *
   * @throws RuntimeException if the SDK's settings are invalid
   */
  public URI in(String region) {
    return override().orElseGet(() -> ofPartition(region));
  }

  private Optional<URI> override() {
    return AwsClientEndpointProvider.builder()
        .serviceEndpointOverrideEnvironmentVariable(
            "AWS_ENDPOINT_URL_" + serviceId.toUpperCase(Locale.ROOT))
        .serviceEndpointOverrideSystemProperty("aws.endpointUrl" + serviceId)
        .serviceProfileProperty(serviceId.toLowerCase(Locale.ROOT))
        .resolveFromOverrides();
  }

  private URI ofPartition(String region) {
    List<EndpointTag> tags = new ArrayList<>();
    if (FipsEnabledProvider.builder().build().isFipsEnabled().orElse(false)) {
      tags.add(EndpointTag.FIPS);
    }
    if (DualstackEnabledProvider.builder().build().isDualstackEnabled().orElse(false)) {
      tags.add(EndpointTag.DUALSTACK);
    }
    ServiceEndpointKey key =
        ServiceEndpointKey.builder().region(Region.of(region)).tags(tags).build();
    return URI.create("https://" + ServiceMetadata.of(prefix).endpointFor(key));
  }
}
