package io.cnimetrics.identity;

import io.cnimetrics.aws.AwsHttp;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.DefaultRetryStrategy;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.Ec2ClientBuilder;
import software.amazon.awssdk.services.ec2.model.DescribeTagsResponse;
import software.amazon.awssdk.services.ec2.model.Filter;

/** One {@code DescribeTags} of an instance, by a client that lives no longer than this. */
final class TagsReading implements Callable<InstanceTags.Answer> {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);

  /** An instance has at most 50 tags besides those of AWS: they are one page, of at most 100 kB. */
  private static final int MOST_PAGES = 5;

  private static final int MOST_BODY_BYTES = 512 * 1024;

  private final String instanceId;
  private final String region;
  private final Duration limit;
  private final UnaryOperator<Ec2ClientBuilder> endpoint;
  private final Supplier<AwsCredentials> credentials;
  private final TagsFailure failure;

  TagsReading(
      String instanceId,
      String region,
      Duration limit,
      UnaryOperator<Ec2ClientBuilder> endpoint,
      Supplier<AwsCredentials> credentials) {
    this.instanceId = instanceId;
    this.region = region;
    this.limit = limit;
    this.endpoint = endpoint;
    this.credentials = credentials;
    this.failure = new TagsFailure(instanceId, region);
  }

  /** By the SDK's default chain. */
  static AwsCredentials credentialsOfTheChain() {
    try (DefaultCredentialsProvider chain = DefaultCredentialsProvider.builder().build()) {
      return chain.resolveCredentials();
    }
  }

  @Override
  public InstanceTags.Answer call() {
    AwsCredentials found;
    try {
      // Before the client has its turn, which would not tell this failure from others.
      found = credentials.get();
    } catch (RuntimeException e) {
      return failure.withoutCredentials();
    }
    try (Ec2Client ec2 = client(found)) {
      return new InstanceTags.Told(namingTags(ec2));
    } catch (AwsServiceException e) {
      return failure.refused(e);
    } catch (RuntimeException e) {
      return failure.failed(e);
    }
  }

  private Ec2Client client(AwsCredentials found) {
    Ec2ClientBuilder builder =
        Ec2Client.builder()
            .region(Region.of(region))
            .credentialsProvider(StaticCredentialsProvider.create(found))
            .httpClientBuilder(AwsHttp.builder(CONNECT_TIMEOUT, limit))
            .overrideConfiguration(
                settings ->
                    settings
                        .apiCallTimeout(limit)
                        .retryStrategy(DefaultRetryStrategy.doNotRetry())
                        .addExecutionInterceptor(new BoundedBody()));
    return endpoint.apply(builder).build();
  }

  private Map<String, String> namingTags(Ec2Client ec2) {
    Map<String, String> tags = new HashMap<>();
    Optional<String> page = Optional.empty();
    for (int pages = 0; pages < MOST_PAGES; pages++) {
      DescribeTagsResponse answer = page(ec2, page);
      answer.tags().stream()
          .filter(tag -> ClusterName.mayName(tag.key()))
          .forEach(tag -> tags.put(tag.key(), tag.value()));
      page = Optional.ofNullable(answer.nextToken()).filter(token -> !token.isEmpty());
      if (page.isEmpty()) {
        return tags;
      }
    }
    throw unexpected("over " + MOST_PAGES + " pages of tags");
  }

  private DescribeTagsResponse page(Ec2Client ec2, Optional<String> token) {
    DescribeTagsResponse answer =
        ec2.describeTags(
            request -> {
              request.filters(Filter.builder().name("resource-id").values(instanceId).build());
              token.ifPresent(request::nextToken);
            });
    // The SDK takes any XML for an answer without tags, such as a proxy's page.
    if (!answer.hasTags()) {
      throw unexpected("an answer without a set of tags");
    }
    return answer;
  }

  private static UncheckedIOException unexpected(String what) {
    return new UncheckedIOException(new IOException(what));
  }

  /** The SDK reads an answer as a whole, however long it is. */
  private static final class BoundedBody implements ExecutionInterceptor {
    @Override
    public Optional<InputStream> modifyHttpResponseContent(
        Context.ModifyHttpResponse context, ExecutionAttributes attributes) {
      return context.responseBody().map(BoundedBody::cut);
    }

    private static InputStream cut(InputStream body) {
      try (body) {
        return new ByteArrayInputStream(body.readNBytes(MOST_BODY_BYTES));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
