package io.cnimetrics.simulator;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Simulates EC2 with one subnet of limited size. Counts each call in ipamD's counters. */
final class SimEc2 {
  private static final int FIRST_ADDRESS = 10 << 24 | 20 << 16 | 10;
  private static final int FIRST_PREFIX = 10 << 24 | 120 << 16;
  private static final int LEFTOVER_SINGLES = 5;

  private final Scenario scenario;
  private final Counters counters;
  private final Random random;
  private final String subnetId;
  private int free;
  private int next;
  private int changes;

  SimEc2(Scenario scenario, Counters counters, Random random) {
    this.scenario = scenario;
    this.counters = counters;
    this.random = random;
    this.subnetId = "subnet-" + id();
    this.free = scenario.subnetFree();
    this.next = scenario.prefixDelegation() ? FIRST_PREFIX : FIRST_ADDRESS;
  }

  int subnetFree() {
    return free;
  }

  /** Creates the primary interface. The number of free addresses in the subnet does not change. */
  AttachedEni primaryEni() {
    List<SimCidr> leftover =
        IntStream.range(0, scenario.has(NodeFault.LEFTOVER_SINGLES) ? LEFTOVER_SINGLES : 0)
            .mapToObj(index -> SimCidr.at(FIRST_ADDRESS + index, 1))
            .toList();
    return new AttachedEni("eni-" + id(), 0, subnetId, Duration.ZERO, leftover);
  }

  /** Creates and attaches an interface with one address of the subnet. Empty if EC2 refuses. */
  Optional<AttachedEni> createEni(int deviceNumber, Duration now) {
    Optional<String> refusal =
        free < 1 ? Optional.of("InsufficientFreeAddressesInSubnet") : refusalByFault();
    if (refusal.isPresent()) {
      countFailure("CreateNetworkInterface", "AllocENI", refusal.get());
      return Optional.empty();
    }
    free--;
    countCall("CreateNetworkInterface");
    countCall("AttachNetworkInterface");
    countCall("ModifyNetworkInterfaceAttribute");
    return Optional.of(new AttachedEni("eni-" + id(), deviceNumber, subnetId, now, List.of()));
  }

  /** Assigns all requested CIDRs. If EC2 cannot assign all, EC2 assigns none. */
  List<SimCidr> assign(int cidrs) {
    int size = scenario.cidrSize();
    String nothingFree =
        scenario.prefixDelegation()
            ? "InsufficientCidrBlocks"
            : "InsufficientFreeAddressesInSubnet";
    Optional<String> refusal = free < cidrs * size ? Optional.of(nothingFree) : refusalByFault();
    if (refusal.isPresent()) {
      countFailure("AssignPrivateIpAddresses", "AllocIPAddresses", refusal.get());
      return List.of();
    }
    free -= cidrs * size;
    countCall("AssignPrivateIpAddresses");
    return Stream.generate(() -> nextCidr(size)).limit(cidrs).toList();
  }

  private Optional<String> refusalByFault() {
    changes++;
    return scenario.faults().stream()
        .filter(fault -> fault.refuses(changes))
        .map(NodeFault::ec2Code)
        .findFirst();
  }

  void unassign(List<SimCidr> cidrs) {
    free += cidrs.size() * scenario.cidrSize();
    countCall("UnassignPrivateIpAddresses");
  }

  void deleteEni(AttachedEni eni) {
    free += 1 + eni.cidrs().size() * scenario.cidrSize();
    countCall("DetachNetworkInterface");
    countCall("DeleteNetworkInterface");
  }

  void describeEnis() {
    countCall("DescribeNetworkInterfaces");
  }

  /** Counts a request of ipamD to instance metadata. The request is not a call of EC2. */
  void getMetadata() {
    countLatency("GetMetadata", "false", "200", 1);
  }

  private SimCidr nextCidr(int size) {
    SimCidr cidr = SimCidr.at(next, size);
    next += size;
    return cidr;
  }

  private void countCall(String api) {
    counters.increment("awscni_ec2api_req_count", "fn", api);
    countLatency(api, "false", "200", 100 + random.nextInt(400));
  }

  private void countFailure(String api, String caller, String code) {
    counters.increment("awscni_ec2api_req_count", "fn", api);
    counters.increment("awscni_ec2api_error_count", "fn", api);
    counters.increment("awscni_aws_api_error_count", "api", api, "error", code);
    counters.increment("awscni_aws_utils_error_count", "error", message(code), "fn", caller);
    countLatency(api, "true", "400", 50 + random.nextInt(100));
  }

  /** Each message contains a new request id. Therefore each failure creates a new series. */
  private String message(String code) {
    UUID requestId = new UUID(random.nextLong(), random.nextLong());
    return ("failed to allocate a private IP/Prefix address: %s: The request was not carried out."
            + "\n\tstatus code: 400, request id: %s")
        .formatted(code, requestId);
  }

  private void countLatency(String api, String error, String status, int milliseconds) {
    String[] labels =
        scenario.cniVersion().atLeast(8, 0)
            ? new String[] {"api", api, "error", error, "status", status}
            : new String[] {"api", api, "error", error};
    counters.add(milliseconds, "awscni_aws_api_latency_ms_sum", labels);
    counters.increment("awscni_aws_api_latency_ms_count", labels);
  }

  private String id() {
    return "0%016x".formatted(random.nextLong());
  }
}
