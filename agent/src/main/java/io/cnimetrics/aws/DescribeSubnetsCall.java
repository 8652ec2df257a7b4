package io.cnimetrics.aws;

import io.cnimetrics.snapshot.Subnet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.DescribeSubnetsResponse;

/** Calls {@code DescribeSubnets} for some subnets; leaves out subnets without IPv4 addresses. */
record DescribeSubnetsCall(Set<String> subnetIds) implements Function<Ec2Client, List<Subnet>> {
  /** AWS reserves the first four addresses and the last one of every subnet. */
  private static final long RESERVED = 5;

  /** The id becomes the value of a dimension and of a label. */
  private static final Pattern ID = Pattern.compile("subnet-[0-9a-zA-Z]{1,40}");

  private static final Pattern CIDR = Pattern.compile("[0-9.]{7,15}/([0-9]{1,2})");

  @Override
  public List<Subnet> apply(Ec2Client ec2) {
    DescribeSubnetsResponse answer = ec2.describeSubnets(ask -> ask.subnetIds(subnetIds));
    // The SDK accepts any XML, such as a proxy's page, as an answer without subnets.
    if (!answer.hasSubnets()) {
      throw Ec2.unexpected("the response has no set of subnets");
    }
    List<Subnet> subnets =
        answer.subnets().stream()
            .filter(subnet -> subnet.cidrBlock() != null && !subnet.cidrBlock().isEmpty())
            .map(DescribeSubnetsCall::subnet)
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
      throw Ec2.unexpected("the response lists a subnet without id, addresses or their number");
    }
    int bits = 32 - Integer.parseInt(Objects.requireNonNull(cidr.group(1)));
    long size = bits < 0 ? 0 : 1L << bits;
    return new Subnet(found.subnetId(), free, Math.max(0, size - RESERVED - free));
  }
}
