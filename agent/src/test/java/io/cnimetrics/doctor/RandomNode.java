package io.cnimetrics.doctor;

import io.cnimetrics.doctor.ReportedNode.E;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * A node with random ENIs, and with random troubles at the same time. The same seed gives the same
 * node.
 */
final class RandomNode {
  private static final List<String> CALLS =
      List.of(
          "CreateNetworkInterface",
          "AttachNetworkInterface",
          "AssignPrivateIpAddresses",
          "AssignIpv6Addresses",
          "DescribeNetworkInterfaces",
          "DescribeSubnets",
          "ModifyNetworkInterfaceAttribute",
          "DeleteNetworkInterface",
          "DetachNetworkInterface",
          "CreateTags");

  private static final List<String> CODES =
      List.of(
          "InsufficientFreeAddressesInSubnet",
          "InsufficientCidrBlocks",
          "UnauthorizedOperation",
          "AuthFailure",
          "RequestLimitExceeded",
          "InvalidSecurityGroupID.NotFound",
          "InvalidSubnetID.NotFound",
          "NetworkInterfaceLimitExceeded",
          "AttachmentLimitExceeded",
          "PrivateIpAddressLimitExceeded",
          "OptInRequired",
          "RequestError",
          "RequestExpired",
          "NoCredentialProviders",
          "InternalError",
          "UnknownCode");

  private static final List<String> FUNCTIONS =
      List.of(
          "increaseIPPoolAllocENI",
          "increaseIPPoolAllocIPAddressesFailed",
          "increaseIPPoolwaitENIAttachedFailed",
          "decreaseIPPoolFreeENIFailed",
          "eniReconcileAdd");

  private final Random random;

  private RandomNode(long seed) {
    random = new Random(seed);
  }

  static ReportedNode of(long seed) {
    return new RandomNode(seed).node();
  }

  private ReportedNode node() {
    boolean prefixMode = oneIn(4);
    boolean mixed = oneIn(8);
    boolean full = oneIn(2);
    int count = random.nextInt(5);
    E[] enis = enis(count, prefixMode, mixed, full);
    ReportedNode node = oneIn(12) ? ReportedNode.cards(enis) : ReportedNode.node(enis);
    if (oneIn(4)) {
      node.then(enis(count, prefixMode, mixed, full));
    }
    if (prefixMode) {
      node.prefixMode();
    }
    if (!oneIn(3)) {
      node.settings(oneIn(4), "\"WARM_IP_TARGET\":" + (oneIn(2) ? 0 : random.nextInt(9)));
    }
    switch (random.nextInt(4)) {
      case 0 -> node.refused();
      case 1 -> node.counts("no_available_ip_addresses", 0, 0);
      case 2 -> node.counts("no_available_ip_addresses", 7, 7);
      default -> {} // This release does not count refused pods.
    }
    if (oneIn(2)) {
      node.requests(random.nextInt(12), random.nextInt(12));
    }
    for (int i = random.nextInt(3); i > 0; i--) {
      count(rise -> node.errors(one(CALLS), one(CODES), rise.from(), rise.to()));
    }
    for (int i = random.nextInt(3); i > 0; i--) {
      count(rise -> node.function(one(FUNCTIONS), rise.from(), rise.to()));
    }
    if (oneIn(6)) {
      String call = "GetVPCIPv4CIDRBlocks";
      count(rise -> node.metadata(call, "IMDSRequestError", rise.from(), rise.to()));
    }
    for (String counter :
        List.of(
            "pod_eni_error_count{fn=\"tryEnableSecurityGroupsForPods\"}",
            "del_ip_req_count{reason=\"SetupNSFailed\"}",
            "force_removed_ips")) {
      if (oneIn(8)) {
        count(rise -> node.counts(counter, rise.from(), rise.to()));
      }
    }
    if (oneIn(8)) {
      node.restarted(1 + random.nextInt(4));
    }
    if (oneIn(6)) {
      node.startedAgo(one(List.of(20, 100, 400, 900)));
    }
    int pods = 1 + random.nextInt(20);
    switch (random.nextInt(12)) {
      case 0 -> node.with(fixture -> fixture.withoutPods(pods));
      case 1 -> node.with(fixture -> fixture.withoutRoutes(pods));
      case 2 -> node.attached();
      default -> {}
    }
    return node;
  }

  private E[] enis(int count, boolean prefixMode, boolean mixed, boolean full) {
    return IntStream.range(0, count)
        .mapToObj(i -> eni(i, prefixMode ^ (mixed && i == count - 1), full))
        .toArray(E[]::new);
  }

  private E eni(int device, boolean ofPrefixes, boolean full) {
    int prefixes = 1 + random.nextInt(3);
    int total = ofPrefixes ? 16 * prefixes : oneIn(3) ? random.nextInt(15) : 14;
    int held = full ? total : random.nextInt(total + 1);
    E eni =
        ofPrefixes
            ? ReportedNode.prefixes(device, prefixes, held)
            : ReportedNode.eni(device, total, held);
    if (held < total && oneIn(3)) {
      int cooling = oneIn(2) ? total - held : 1;
      eni = oneIn(2) ? eni.cooling(cooling) : eni.jobs(cooling);
    }
    if (device > 0 && oneIn(8)) {
      eni = eni.trunk();
    }
    return device > 0 && oneIn(10) ? eni.excluded() : eni;
  }

  private record Rise(long from, long to) {}

  private void count(Consumer<Rise> counter) {
    long from = random.nextInt(9);
    counter.accept(new Rise(from, from + random.nextInt(4)));
  }

  private boolean oneIn(int number) {
    return random.nextInt(number) == 0;
  }

  private <T> T one(List<T> values) {
    return values.get(random.nextInt(values.size()));
  }
}
