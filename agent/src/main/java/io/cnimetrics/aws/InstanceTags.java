package io.cnimetrics.aws;

import io.cnimetrics.snapshot.Problem;
import io.cnimetrics.snapshot.Reason;
import io.cnimetrics.snapshot.Source;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import software.amazon.awssdk.auth.credentials.AwsCredentials;

/** The tags of this instance that can name its cluster, read with EC2's {@code DescribeTags}. */
public final class InstanceTags {
  private final Ec2 ec2;

  private InstanceTags(Ec2 ec2) {
    this.ec2 = ec2;
  }

  /** The result of a reading. */
  public sealed interface Result permits Found, Failed {}

  /**
   * EC2 answered.
   *
   * @param tags those that can name the cluster; empty if the instance has none of them
   */
  public record Found(Map<String, String> tags) implements Result {
    public Found {
      tags = Map.copyOf(tags);
    }
  }

  /**
   * EC2 refused the request, failed or did not answer; a later request can succeed.
   *
   * @param problem of source {@link Source#EC2}
   */
  public record Failed(Problem problem) implements Result {}

  /** Uses the SDK's settings, and credentials from its default chain. */
  public static InstanceTags fromEnvironment() {
    return new InstanceTags(Ec2.fromEnvironment());
  }

  /** Uses a given endpoint, such as {@code http://127.0.0.1:8080}. */
  public static InstanceTags at(URI endpoint, AwsCredentials credentials) {
    return new InstanceTags(Ec2.at(endpoint, credentials));
  }

  /**
   * Sends one request; the caller decides about a retry. Blocks up to the limit.
   *
   * @param limit the limit of the whole call, including the search for credentials
   */
  public Result read(String instanceId, String region, Duration limit) {
    Ec2Failure failure =
        new Ec2Failure(
            "ec2:DescribeTags of %s in %s".formatted(instanceId, region), InstanceTags::remedy);
    try {
      return new Found(ec2.ask(region, limit, failure, new DescribeTagsCall(instanceId)));
    } catch (Ec2Exception e) {
      return new Failed(e.problem());
    }
  }

  private static String remedy(Reason reason) {
    String given = "set --cluster-id or AWS_CLUSTER_ID: no EC2 call, less memory";
    return switch (reason) {
      case DENIED -> "allow the agent's role ec2:DescribeTags or, better, " + given;
      case TIMEOUT, UNREACHABLE ->
          "a private subnet needs a VPC endpoint of ec2 (and of sts for IRSA), or a proxy; better, "
              + given;
      case BAD_STATUS -> "EC2 has a fault or throttles; if it persists, " + given;
      default -> "check AWS_ENDPOINT_URL_EC2 and the proxy or, better, " + given;
    };
  }
}
