package io.cnimetrics.simulator;

import io.cnimetrics.simulator.AttachedEni.Cidr;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Simulates EC2 with one subnet, and counts each call in ipamD's counters. ipamD's SDK sends up to
 * three requests for one call, but ipamD counts only one call.
 */
final class SimEc2 {
  static final String LIMIT_OF_ENI = "PrivateIpAddressLimitExceeded";

  // Instance metadata shows an interface 2 s after the interface was attached.
  private static final Duration SHOWING = Duration.ofMillis(2100);
  // ipamD waits between the call that detaches an interface and the call that deletes it.
  private static final Duration DETACHING = Duration.ofSeconds(2);
  private static final int FIRST_ADDRESS = 10 << 24 | 20 << 16 | 10;
  private static final int FIRST_PREFIX = 10 << 24 | 120 << 16;
  private static final int LEFTOVER_SINGLES = 5;
  private static final String SAGEMAKER_ATTACH = "AttachClusterNodeNetworkInterface";

  private final Scenario scenario;
  private final Counters counters;
  private final Random random;
  private final String subnetId;
  private Duration now = Duration.ZERO;
  private Duration spent = Duration.ZERO;
  private int free;
  private int next;

  SimEc2(Scenario scenario, Counters counters, Random random) {
    this.scenario = scenario;
    this.counters = counters;
    this.random = random;
    this.subnetId = "subnet-" + id();
    this.free = scenario.subnetFree.getOrDefault(Duration.ZERO, 0);
    this.next = scenario.prefixDelegation ? FIRST_PREFIX : FIRST_ADDRESS;
  }

  /** The answer of EC2: either the assigned CIDRs, or an error code. */
  record Granted(List<Cidr> cidrs, Optional<String> refusal) {
    /** Whether the subnet has too few free addresses or no free prefix. */
    boolean subnetIsEmpty() {
      return refusal.filter(code -> code.startsWith("Insufficient")).isPresent();
    }
  }

  void advanceTo(Duration now) {
    this.now = now;
    free = now.isZero() ? free : scenario.subnetFree.getOrDefault(now, free);
  }

  /** Returns the duration of the calls since this method was last called. */
  Duration takeSpent() {
    Duration taken = spent;
    spent = Duration.ZERO;
    return taken;
  }

  int subnetFree() {
    return free;
  }

  /**
   * Creates the primary interface. Addresses of the primary interface are not part of {@code
   * subnetFree}.
   */
  AttachedEni primaryEni() {
    List<Cidr> leftover =
        IntStream.range(0, scenario.has(NodeFault.LEFTOVER_SINGLES) ? LEFTOVER_SINGLES : 0)
            .mapToObj(index -> Cidr.at(FIRST_ADDRESS + index, 1))
            .toList();
    return new AttachedEni("eni-" + id(), 0, 0, subnetId, Duration.ZERO, leftover);
  }

  AttachedEni secondaryEni(int card, int deviceNumber, List<Cidr> cidrs) {
    return new AttachedEni("eni-" + id(), card, deviceNumber, subnetId, now, cidrs);
  }

  /** Assigns all requested CIDRs to an interface, or none if EC2 cannot assign all. */
  Granted assign(int cidrs) {
    return give(cidrs, 0, "AssignPrivateIpAddresses");
  }

  /**
   * Creates and attaches an interface with its primary address and all requested CIDRs. Creates
   * nothing if a call fails.
   *
   * @param attachable whether the instance has a free slot for an interface
   */
  Granted createEni(int cidrs, boolean attachable) {
    // ipamD first searches for tagged subnets. If this search fails, ipamD uses the node's subnet.
    if (discoversSubnets() && refused("DescribeSubnets")) {
      Optional<String> refusal = call("DescribeSubnets");
      if (refusal.isPresent()) {
        return new Granted(List.of(), refusal);
      }
    }
    Granted created = give(cidrs, 1, "CreateNetworkInterface");
    if (created.refusal().isPresent()) {
      return created;
    }
    Optional<String> refusal = attach(attachable);
    if (refusal.isPresent()) {
      release(created.cidrs(), 1);
      call("DeleteNetworkInterface");
      return new Granted(List.of(), refusal);
    }
    spent = spent.plus(SHOWING);
    countLatency("waitForENIAndIPsAttached", Optional.empty(), (int) SHOWING.toMillis());
    if (discoversSubnets()) {
      call("DescribeSubnets");
    }
    return created;
  }

  private Optional<String> attach(boolean attachable) {
    boolean hyperPod = scenario.has(NodeFault.HYPERPOD);
    String call = hyperPod ? SAGEMAKER_ATTACH : "AttachNetworkInterface";
    return (hyperPod ? Optional.<String>empty() : call("DescribeInstances"))
        .or(
            () ->
                call(call, attachable ? Optional.empty() : Optional.of("AttachmentLimitExceeded")))
        .or(() -> call("ModifyNetworkInterfaceAttribute"));
  }

  boolean discoversSubnets() {
    return scenario.cniVersion.atLeast(18, 0) && !scenario.customNetworking();
  }

  private Granted give(int cidrs, int primaryAddresses, String api) {
    int size = scenario.cidrSize();
    String nothingFree =
        scenario.prefixDelegation ? "InsufficientCidrBlocks" : "InsufficientFreeAddressesInSubnet";
    int needed = primaryAddresses + cidrs * size;
    Optional<String> refusal =
        call(api, needed > free ? Optional.of(nothingFree) : Optional.empty());
    if (refusal.isPresent()) {
      return new Granted(List.of(), refusal);
    }
    free -= needed;
    return new Granted(Stream.generate(() -> nextCidr(size)).limit(cidrs).toList(), refusal);
  }

  void unassign(List<Cidr> cidrs) {
    release(cidrs, 0);
    call("UnassignPrivateIpAddresses");
  }

  void deleteEni(AttachedEni eni) {
    release(eni.cidrs(), 1);
    call("DescribeNetworkInterfaces");
    call("DetachNetworkInterface");
    spent = spent.plus(DETACHING);
    call("DeleteNetworkInterface");
  }

  private void release(List<Cidr> cidrs, int primaryAddresses) {
    free += primaryAddresses + cidrs.stream().mapToInt(Cidr::size).sum();
  }

  boolean refused(String api) {
    return call(api).isPresent();
  }

  /** Makes a call. Returns the code of the error if EC2 refuses the call. */
  Optional<String> call(String api) {
    return call(api, Optional.empty());
  }

  private Optional<String> call(String api, Optional<String> refusal) {
    Optional<String> answer = refusalByFault(api).or(() -> refusal);
    int milliseconds = 150 + random.nextInt(100);
    spent = spent.plusMillis(milliseconds);
    String service = api.equals(SAGEMAKER_ATTACH) ? "awscni_sagemakerapi" : "awscni_ec2api";
    counters.increment(service + "_req_count", "fn", api);
    answer.ifPresent(
        code -> {
          counters.increment(service + "_error_count", "fn", api);
          countError(api, code);
        });
    countLatency(api, answer, milliseconds);
    return answer;
  }

  private Optional<String> refusalByFault(String api) {
    return scenario.ec2Faults.stream()
        .filter(fault -> fault.appliesTo(api, now))
        .map(Ec2Fault::code)
        .findFirst();
  }

  /** Counts an error of EC2 or of instance metadata. */
  void countError(String api, String code) {
    counters.increment("awscni_aws_api_error_count", "api", api, "error", code);
    if (!scenario.cniVersion.atLeast(19, 0)) {
      counters.increment("awscni_aws_utils_error_count", "error", message(code), "fn", api);
    }
  }

  /**
   * The message of an error. The message has a new request id, so that each error creates a new
   * series.
   */
  private String message(String code) {
    UUID requestId = new UUID(random.nextLong(), random.nextLong());
    return ("failed to allocate a private IP/Prefix address: %s: The request was not carried out."
            + "\n\tstatus code: 400, request id: %s")
        .formatted(code, requestId);
  }

  /**
   * Counts a request to instance metadata. Only old releases measure such requests, like calls of
   * EC2.
   */
  void getMetadata() {
    if (!scenario.cniVersion.atLeast(19, 0)) {
      countLatency("GetMetadata", Optional.empty(), 1);
    }
  }

  private void countLatency(String api, Optional<String> refusal, int milliseconds) {
    String error = String.valueOf(refusal.isPresent());
    String refused = scenario.cniVersion.atLeast(19, 0) ? refusal.orElse("") : "400";
    String status = refusal.isPresent() ? refused : "200";
    String[] labels =
        scenario.cniVersion.atLeast(8, 0)
            ? new String[] {"api", api, "error", error, "status", status}
            : new String[] {"api", api, "error", error};
    counters.add(milliseconds, "awscni_aws_api_latency_ms_sum", labels);
    counters.increment("awscni_aws_api_latency_ms_count", labels);
  }

  private Cidr nextCidr(int size) {
    Cidr cidr = Cidr.at(next, size);
    next += size;
    return cidr;
  }

  private String id() {
    return "0%016x".formatted(random.nextLong());
  }
}
