package io.cnimetrics.aws;

import io.cnimetrics.snapshot.Problem;
import io.cnimetrics.snapshot.Reason;
import io.cnimetrics.snapshot.Subnet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.DescribeSubnetsResponse;

/** Reads the subnets of this node's ENIs with EC2's {@code DescribeSubnets}. */
public record NodeSubnets(InstanceMetadata metadata, Ec2 ec2) implements Subnets {
  /** AWS reserves the first four addresses and the last address of every subnet. */
  private static final long RESERVED = 5;

  /** A subnet id. Metrics use the id as the value of a dimension or a label. */
  private static final Pattern ID = Pattern.compile("subnet-[0-9a-zA-Z]{1,40}");

  private static final Pattern CIDR = Pattern.compile("[0-9.]{7,15}/([0-9]{1,2})");

  @Override
  public InstanceMetadata.Interfaces interfaces(Duration limit) {
    return metadata.interfaces(limit);
  }

  @Override
  public Ec2Result<Answer> read(Set<String> subnetIds, String region, Duration limit) {
    String ids = String.join(", ", new TreeSet<>(subnetIds));
    Ec2Request request =
        new Ec2Request(
            "ec2:DescribeSubnets of %s in %s".formatted(ids, region),
            "attach iam-policy/CNIMetricsSubnetsPolicy.json to the agent's role",
            "without --subnets (REPORT_SUBNETS) the agent does not call EC2");
    return ec2.send(request, region, limit, client -> answer(client, subnetIds, request));
  }

  private static Answer answer(Ec2Client ec2, Set<String> asked, Ec2Request request) {
    DescribeSubnetsResponse answer = ec2.describeSubnets(ask -> ask.subnetIds(asked));
    // The SDK accepts any XML as an answer without subnets, even the error page of a proxy.
    if (!answer.hasSubnets() || answer.subnets().isEmpty()) {
      throw Ec2.unexpected("the response lists no subnet");
    }
    Set<String> missing = new TreeSet<>(asked);
    List<Subnet> subnets = new ArrayList<>();
    for (var listed : answer.subnets()) {
      if (listed.subnetId() == null || !missing.remove(listed.subnetId())) {
        throw Ec2.unexpected(
            "the response lists a subnet twice, or lists a subnet that was not requested");
      }
      if (hasIpv4(listed)) {
        subnets.add(subnet(listed));
      }
    }
    return new Answer(subnets, problems(missing, request));
  }

  /** EC2 reports 0 free addresses for a subnet without IPv4. Such a subnet is not empty. */
  private static boolean hasIpv4(software.amazon.awssdk.services.ec2.model.Subnet listed) {
    return listed.cidrBlock() != null
        && !listed.cidrBlock().isEmpty()
        && !Boolean.TRUE.equals(listed.ipv6Native());
  }

  private static Map<String, Problem> problems(Set<String> missing, Ec2Request request) {
    Problem problem =
        request
            .because(Reason.NOT_FOUND, "was answered without " + String.join(", ", missing))
            .problem();
    return missing.stream().collect(Collectors.toMap(id -> id, id -> problem));
  }

  private static Subnet subnet(software.amazon.awssdk.services.ec2.model.Subnet found) {
    Matcher cidr = CIDR.matcher(found.cidrBlock());
    Integer free = found.availableIpAddressCount();
    boolean named = ID.matcher(found.subnetId()).matches();
    if (!named || !cidr.matches() || free == null || free < 0) {
      throw Ec2.unexpected("the response has a subnet without id, CIDR or free address count");
    }
    int bits = 32 - Integer.parseInt(Objects.requireNonNull(cidr.group(1)));
    long size = bits < 0 ? 0 : 1L << bits;
    return new Subnet(found.subnetId(), free, Math.max(0, size - RESERVED - free));
  }
}
