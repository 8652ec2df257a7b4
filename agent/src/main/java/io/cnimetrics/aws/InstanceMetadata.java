package io.cnimetrics.aws;

import io.cnimetrics.snapshot.Instance;
import io.cnimetrics.snapshot.Problem;
import io.cnimetrics.snapshot.Reason;
import io.cnimetrics.snapshot.Source;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;
import software.amazon.awssdk.core.SdkSystemSetting;
import software.amazon.awssdk.imds.Ec2MetadataClient;

/**
 * The EC2 instance that we run on, as its metadata service (IMDSv2) tells.
 *
 * <p>Nothing here is fatal: each reading gives what could be learnt, and what went wrong. The SDK's
 * own client heeds the settings of the endpoint but not {@code AWS_EC2_METADATA_DISABLED}, so that
 * is done here.
 */
public final class InstanceMetadata {
  static final String FLAGS = "give --region and --cluster-id";

  private final boolean disabled;
  private final UnaryOperator<Ec2MetadataClient.Builder> endpoint;

  private InstanceMetadata(boolean disabled, UnaryOperator<Ec2MetadataClient.Builder> endpoint) {
    this.disabled = disabled;
    this.endpoint = endpoint;
  }

  /**
   * What a reading gave.
   *
   * @param instance what is known; of tags only those that can name the cluster
   * @param problems in order of appearance, all of source {@link Source#IMDS}; empty if all was
   *     read, with or without tags
   */
  public record Result(Instance instance, List<Problem> problems) {
    public Result {
      problems = List.copyOf(problems);
    }

    /**
     * Whether another reading may tell more: something failed or refused this one. What is not
     * there, or switched off, stays so.
     */
    public boolean isRetryable() {
      return problems.stream().anyMatch(problem -> problem.reason() != Reason.NOT_FOUND);
    }
  }

  /**
   * What a reading of the interfaces gave.
   *
   * @param subnetIds by the ids of the interfaces (ENIs) that EC2 has attached to the instance
   * @param problem why there are none, of source {@link Source#IMDS}
   */
  public record Interfaces(Map<String, String> subnetIds, Optional<Problem> problem) {
    public Interfaces {
      subnetIds = Map.copyOf(subnetIds);
    }
  }

  /**
   * By the SDK's settings: {@code AWS_EC2_METADATA_DISABLED}, {@code
   * AWS_EC2_METADATA_SERVICE_ENDPOINT}, {@code AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE}, their
   * system properties, and for the endpoint the AWS configuration file.
   */
  public static InstanceMetadata fromEnvironment() {
    boolean disabled =
        SdkSystemSetting.AWS_EC2_METADATA_DISABLED
            .getStringValue()
            .filter("true"::equalsIgnoreCase)
            .isPresent();
    return new InstanceMetadata(disabled, UnaryOperator.identity());
  }

  /**
   * At a given endpoint.
   *
   * @param endpoint without a path, such as {@code http://169.254.169.254}
   */
  public static InstanceMetadata at(URI endpoint) {
    return new InstanceMetadata(false, builder -> builder.endpoint(endpoint));
  }

  /**
   * Reads type, region, id, zone and tags, in this order, with a new session token.
   *
   * <p>A connection may take 1 s, and so may each wait for bytes; a failure that may pass is
   * retried once. One that concerns the service ends the reading, one of a single value does not.
   * Blocks up to the limit; its thread, a daemon, ends soon after.
   *
   * @param limit how long all this may take
   * @throws IllegalArgumentException if the limit is not positive
   */
  public Result read(Duration limit) {
    if (limit.isNegative() || limit.isZero()) {
      throw new IllegalArgumentException("a limit must be positive: " + limit);
    }
    if (disabled) {
      // Switched off on purpose: no problem in itself. Who misses something says so.
      return new Result(Instance.UNKNOWN, List.of());
    }
    MetadataReading reading = new MetadataReading(endpoint);
    Thread thread = new Thread(reading, "instance-metadata");
    thread.setDaemon(true);
    thread.start();
    return reading.result(limit);
  }

  /**
   * Reads the interfaces and their subnets, all or none. Blocks up to the limit; its thread, a
   * daemon, ends soon after.
   */
  public Interfaces interfaces(Duration limit) {
    if (disabled) {
      return none(Reason.NOT_FOUND, "AWS_EC2_METADATA_DISABLED=true keeps us from asking");
    }
    InterfacesReading reading = new InterfacesReading(endpoint);
    FutureTask<Map<String, String>> answer = new FutureTask<>(reading);
    Thread thread = new Thread(answer, "instance-metadata");
    thread.setDaemon(true);
    thread.start();
    try {
      return new Interfaces(answer.get(limit.toNanos(), TimeUnit.NANOSECONDS), Optional.empty());
    } catch (TimeoutException e) {
      return none(Reason.TIMEOUT, "no end after " + limit.toMillis() + " ms");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return none(Reason.TIMEOUT, "interrupted");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof MetadataException failure) {
        return none(failure.reason(), failure.whatHappened());
      }
      throw new IllegalStateException(e.getCause());
    } finally {
      reading.stop();
    }
  }

  private static Interfaces none(Reason reason, String whatHappened) {
    String message = "the interfaces' subnets are unknown: %s".formatted(whatHappened);
    return new Interfaces(Map.of(), Optional.of(new Problem(Source.IMDS, reason, message)));
  }
}
