package io.cnimetrics.testing;

import java.net.URI;
import java.util.List;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.client.builder.AwsSyncClientBuilder;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.http.urlconnection.ProxyConfiguration;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.cloudwatch.CloudWatchClient;
import software.amazon.awssdk.services.ec2.Ec2Client;

/** The SDK's clients with fake credentials and an endpoint on this machine. */
public final class AwsClients {
  /** The region of all clients. */
  public static final Region REGION = Region.EU_WEST_1;

  static final AwsBasicCredentials CREDENTIALS = AwsBasicCredentials.create("key", "secret");

  private AwsClients() {}

  public static CloudWatchClient cloudWatch(URI endpoint, ExecutionInterceptor... interceptors) {
    return configured(CloudWatchClient.builder(), endpoint)
        .overrideConfiguration(
            configuration -> configuration.executionInterceptors(List.of(interceptors)))
        .build();
  }

  public static Ec2Client ec2(URI endpoint) {
    return configured(Ec2Client.builder(), endpoint).build();
  }

  private static <B extends AwsClientBuilder<B, ?> & AwsSyncClientBuilder<B, ?>> B configured(
      B builder, URI endpoint) {
    // The endpoint is on this machine, so no proxy of the environment is used.
    ProxyConfiguration noProxy =
        ProxyConfiguration.builder()
            .useEnvironmentVariablesValues(false)
            .useSystemPropertyValues(false)
            .build();
    return builder
        .endpointOverride(endpoint)
        .region(REGION)
        .credentialsProvider(StaticCredentialsProvider.create(CREDENTIALS))
        .httpClientBuilder(UrlConnectionHttpClient.builder().proxyConfiguration(noProxy));
  }
}
