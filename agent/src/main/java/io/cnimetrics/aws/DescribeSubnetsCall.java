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

/** {@code DescribeSubnets} of some subnets; those that have no IPv4 addresses are left out. */
record DescribeSubnetsCall(Set<String> subnetIds) implements Function<Ec2Client, List<Subnet>> {
  /** Of every subnet AWS keeps the first four addresses and the last. */
  private static final long RESERVED = 5;

  /** It becomes the value of a dimension and of a label. */
  private static final Pattern ID = Pattern.compile("subnet-[0-9a-zA-Z]{1,40}");

  private static final Pattern CIDR = Pattern.compile("[0-9.]{7,15}/([0-9]{1,2})");

  @Override
  public List<Subnet> apply(Ec2Client ec2) {
    DescribeSubnetsResponse answer = ec2.describeSubnets(ask -> ask.subnetIds(subnetIds));
    // The SDK takes any XML for an answer without subnets, such as a proxy's page.
    if (!answer.hasSubnets()) {
      throw Ec2.unexpected("an answer without a set of subnets");
    }
    List<Subnet> told =
        answer.subnets().stream()
            .filter(subnet -> subnet.cidrBlock() != null && !subnet.cidrBlock().isEmpty())
            .map(DescribeSubnetsCall::subnet)
            .toList();
    if (told.stream().map(Subnet::id).distinct().count() < told.size()) {
      throw Ec2.unexpected("the response lists a subnet twice");
    }
    return told;
  }

  private static Subnet subnet(software.amazon.awssdk.services.ec2.model.Subnet told) {
    Matcher cidr = CIDR.matcher(told.cidrBlock());
    Integer free = told.availableIpAddressCount();
    boolean named = told.subnetId() != null && ID.matcher(told.subnetId()).matches();
    if (!named || !cidr.matches() || free == null || free < 0) {
      throw Ec2.unexpected("a subnet without id, addresses or their number");
    }
    int bits = 32 - Integer.parseInt(Objects.requireNonNull(cidr.group(1)));
    long size = bits < 0 ? 0 : 1L << bits;
    return new Subnet(told.subnetId(), free, Math.max(0, size - RESERVED - free));
  }
}
