package io.cnimetrics.identity;

import io.cnimetrics.snapshot.Problem;
import io.cnimetrics.snapshot.Reason;
import io.cnimetrics.snapshot.Source;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.services.ec2.Ec2ClientBuilder;

/**
 * The tags of this instance that can name its cluster, as EC2's {@code DescribeTags} tells.
 *
 * <p>EC2's client takes some 28 MB of memory once its classes are loaded. Only {@link TagsReading}
 * uses them, so that the first reading loads them; who gives the cluster's name spares them.
 */
public final class InstanceTags {
  private final UnaryOperator<Ec2ClientBuilder> endpoint;
  private final Supplier<AwsCredentials> credentials;

  private InstanceTags(
      UnaryOperator<Ec2ClientBuilder> endpoint, Supplier<AwsCredentials> credentials) {
    this.endpoint = endpoint;
    this.credentials = credentials;
  }

  /** What came of a reading. */
  public sealed interface Answer permits Told, NotTold {}

  /**
   * EC2 answered.
   *
   * @param tags those that can name the cluster; empty if the instance has none of them
   */
  public record Told(Map<String, String> tags) implements Answer {
    public Told {
      tags = Map.copyOf(tags);
    }
  }

  /**
   * EC2 refused, failed or did not answer; later it may.
   *
   * @param problem of source {@link Source#EC2}
   */
  public record NotTold(Problem problem) implements Answer {}

  /**
   * By the SDK's settings: {@code AWS_ENDPOINT_URL_EC2}, {@code AWS_USE_FIPS_ENDPOINT}, proxies and
   * so on, and credentials by its default chain.
   */
  public static InstanceTags fromEnvironment() {
    return new InstanceTags(UnaryOperator.identity(), TagsReading::credentialsOfTheChain);
  }

  /** At a given endpoint, such as {@code http://127.0.0.1:8080}. */
  public static InstanceTags at(URI endpoint, AwsCredentials credentials) {
    return new InstanceTags(builder -> builder.endpointOverride(endpoint), () -> credentials);
  }

  /**
   * Asks once: whoever calls decides about trying again. Blocks up to the limit; its thread, a
   * daemon, ends soon after.
   *
   * @param limit how long all this may take, with finding credentials
   */
  public Answer read(String instanceId, String region, Duration limit) {
    TagsFailure failure = new TagsFailure(instanceId, region);
    FutureTask<Answer> answer =
        new FutureTask<>(new TagsReading(instanceId, region, limit, endpoint, credentials));
    Thread thread = new Thread(answer, "instance-tags");
    thread.setDaemon(true);
    thread.start();
    try {
      return answer.get(limit.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      return failure.because(Reason.TIMEOUT, "had no answer after " + limit.toMillis() + " ms");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return failure.because(Reason.TIMEOUT, "was interrupted");
    } catch (ExecutionException e) {
      // Only errors of the machine itself come here.
      throw new IllegalStateException(e.getCause());
    } finally {
      answer.cancel(true);
    }
  }
}
