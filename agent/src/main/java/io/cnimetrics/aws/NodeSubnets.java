package io.cnimetrics.aws;

import io.cnimetrics.snapshot.Problem;
import io.cnimetrics.snapshot.Reason;
import io.cnimetrics.snapshot.Source;
import io.cnimetrics.snapshot.Subnet;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import software.amazon.awssdk.auth.credentials.AwsCredentials;

/** The subnets of this node's interfaces, read with EC2's {@code DescribeSubnets}. */
public final class NodeSubnets {
  private static final String ASK_NOT =
      "without --subnets (REPORT_SUBNETS) the agent does not call EC2";

  private final Ec2 ec2;

  private NodeSubnets(Ec2 ec2) {
    this.ec2 = ec2;
  }

  /** The result of a reading. */
  public sealed interface Result permits Found, Failed {}

  /**
   * EC2 answered.
   *
   * @param subnets the requested subnets that have IPv4 addresses
   */
  public record Found(List<Subnet> subnets) implements Result {
    public Found {
      subnets = List.copyOf(subnets);
    }
  }

  /**
   * EC2 refused the request, failed or did not answer.
   *
   * @param problem of source {@link Source#EC2}
   * @param forbidden whether the agent's role lacks the permission, so a retry is useless
   */
  public record Failed(Problem problem, boolean forbidden) implements Result {}

  /** Uses the SDK's settings, and credentials from its default chain. */
  public static NodeSubnets fromEnvironment() {
    return new NodeSubnets(Ec2.fromEnvironment());
  }

  /** Uses a given endpoint, such as {@code http://127.0.0.1:8080}. */
  public static NodeSubnets at(URI endpoint, AwsCredentials credentials) {
    return new NodeSubnets(Ec2.at(endpoint, credentials));
  }

  /**
   * Sends one request for all subnets; the caller decides about a retry. Blocks up to the limit.
   *
   * @param limit the limit of the whole call, including the search for credentials
   */
  public Result read(Set<String> subnetIds, String region, Duration limit) {
    String ids = String.join(", ", new TreeSet<>(subnetIds));
    Ec2Failure failure =
        new Ec2Failure(
            "ec2:DescribeSubnets of %s in %s".formatted(ids, region), NodeSubnets::remedy);
    try {
      return new Found(ec2.ask(region, limit, failure, new DescribeSubnetsCall(subnetIds)));
    } catch (Ec2Exception e) {
      return new Failed(e.problem(), e.forbidden());
    }
  }

  private static String remedy(Reason reason) {
    return switch (reason) {
      case DENIED ->
          "attach iam-policy/CNIMetricsSubnetsPolicy.json to the agent's role; " + ASK_NOT;
      case TIMEOUT, UNREACHABLE ->
          "a private subnet needs a VPC endpoint of ec2 (and of sts for IRSA), or a proxy; "
              + ASK_NOT;
      case BAD_STATUS -> "EC2 has a fault or throttles: the agent retries with growing intervals";
      case NOT_FOUND ->
          "EC2 knows no such subnet in this region and account: check AWS_ENDPOINT_URL_EC2 and"
              + " whose credentials the agent has; "
              + ASK_NOT;
      default -> "check AWS_ENDPOINT_URL_EC2 and the proxy; " + ASK_NOT;
    };
  }
}
