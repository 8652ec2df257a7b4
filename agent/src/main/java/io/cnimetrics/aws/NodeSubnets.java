package io.cnimetrics.aws;

import io.cnimetrics.snapshot.Subnet;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.DescribeSubnetsResponse;

/** Reads the subnets of this node's ENIs with EC2's {@code DescribeSubnets}. */
public final class NodeSubnets implements Subnets {
  /** AWS reserves the first four addresses and the last address of every subnet. */
  private static final long RESERVED = 5;

  /** A subnet id. It becomes the value of a dimension and of a label. */
  private static final Pattern ID = Pattern.compile("subnet-[0-9a-zA-Z]{1,40}");

  private static final Pattern CIDR = Pattern.compile("[0-9.]{7,15}/([0-9]{1,2})");

  private final InstanceMetadata metadata;
  private final Ec2 ec2;

  public NodeSubnets(InstanceMetadata metadata, Ec2 ec2) {
    this.metadata = metadata;
    this.ec2 = ec2;
  }

  @Override
  public InstanceMetadata.Interfaces interfaces(Duration limit) {
    return metadata.interfaces(limit);
  }

  @Override
  public Ec2Result<List<Subnet>> read(Set<String> subnetIds, String region, Duration limit) {
    String ids = String.join(", ", new TreeSet<>(subnetIds));
    Ec2Request request =
        new Ec2Request(
            "ec2:DescribeSubnets of %s in %s".formatted(ids, region),
            "attach iam-policy/CNIMetricsSubnetsPolicy.json to the agent's role",
            "without --subnets (REPORT_SUBNETS) the agent does not call EC2");
    return ec2.send(request, region, limit, client -> subnets(client, subnetIds));
  }

  private static List<Subnet> subnets(Ec2Client ec2, Set<String> subnetIds) {
    DescribeSubnetsResponse answer = ec2.describeSubnets(ask -> ask.subnetIds(subnetIds));
    // The SDK accepts any XML as an answer without subnets, even the error page of a proxy.
    if (!answer.hasSubnets()) {
      throw Ec2.unexpected("the response has no set of subnets");
    }
    // EC2 answers with an error if a subnet does not exist. Without this check, the subnets that a
    // broken answer does not list would count as subnets without IPv4.
    if (answer.subnets().isEmpty()) {
      throw Ec2.unexpected("the response lists no subnet");
    }
    List<Subnet> subnets =
        answer.subnets().stream()
            .filter(subnet -> subnet.cidrBlock() != null && !subnet.cidrBlock().isEmpty())
            .map(NodeSubnets::subnet)
            .toList();
    if (subnets.stream().map(Subnet::id).distinct().count() < subnets.size()) {
      throw Ec2.unexpected("the response lists a subnet twice");
    }
    return subnets;
  }

  private static Subnet subnet(software.amazon.awssdk.services.ec2.model.Subnet found) {
    Matcher cidr = CIDR.matcher(found.cidrBlock());
    Integer free = found.availableIpAddressCount();
    boolean named = found.subnetId() != null && ID.matcher(found.subnetId()).matches();
    if (!named || !cidr.matches() || free == null || free < 0) {
      throw Ec2.unexpected("the response has a subnet without id, CIDR or free address count");
    }
    int bits = 32 - Integer.parseInt(Objects.requireNonNull(cidr.group(1)));
    long size = bits < 0 ? 0 : 1L << bits;
    return new Subnet(found.subnetId(), free, Math.max(0, size - RESERVED - free));
  }
}
