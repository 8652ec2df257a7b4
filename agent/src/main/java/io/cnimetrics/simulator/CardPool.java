package io.cnimetrics.simulator;

import io.cnimetrics.simulator.AttachedEni.Address;
import io.cnimetrics.simulator.AttachedEni.Cidr;
import io.cnimetrics.simulator.Kubelet.Pod;
import io.cnimetrics.simulator.SimEc2.Granted;
import io.cnimetrics.simulator.SimWarmPool.PoolCount;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The interfaces and addresses of one network card, with the rules of {@code data_store.go}. */
final class CardPool {
  private static final int SLOTS_OF_SMALL_MAP = 8;
  private static final Duration MINIMUM_ENI_LIFE = Duration.ofMinutes(1);

  private final Scenario scenario;
  private final int card;
  private final SimWarmPool warmPool;
  private final SimEc2 ec2;
  private final Counters counters;
  private final Random random;
  private final List<AttachedEni> enis = new ArrayList<>();

  CardPool(Scenario scenario, int card, SimEc2 ec2, Counters counters, Random random) {
    this.scenario = scenario;
    this.card = card;
    this.warmPool = new SimWarmPool(scenario, card);
    this.ec2 = ec2;
    this.counters = counters;
    this.random = random;
  }

  List<AttachedEni> enis() {
    return enis;
  }

  void add(AttachedEni eni) {
    enis.add(eni);
  }

  boolean tooLow() {
    return warmPool.tooLow(count());
  }

  boolean tooHigh() {
    return warmPool.overCidrs(count()) > 0;
  }

  /** Assigns a free address to the pod. Returns false if no address is free. */
  boolean assign(Pod pod, Duration now) {
    Optional<Address> free =
        inMapOrder(enis).stream()
            .filter(eni -> !scenario.excludes(eni))
            .flatMap(eni -> inMapOrder(eni.cidrs()).stream())
            .filter(this::isOfThisMode)
            .flatMap(cidr -> cidr.addresses().stream())
            .filter(address -> address.free(now))
            .findFirst();
    free.ifPresent(
        found -> change(address -> address.equals(found) ? address.assignedTo(pod, now) : address));
    return free.isPresent();
  }

  /** With prefix delegation ipamD uses only prefixes. Otherwise it uses only single addresses. */
  private boolean isOfThisMode(Cidr cidr) {
    return cidr.prefix() == scenario.prefixDelegation;
  }

  void change(UnaryOperator<Address> change) {
    enis.replaceAll(eni -> eni.map(change));
  }

  /** The result of a request for more addresses. */
  enum Increase {
    GREW,
    NOTHING_TO_FILL,
    SUBNET_IS_EMPTY,
    REFUSED
  }

  /** Requests addresses for the first attached interface that has room for more. */
  Increase fill() {
    for (AttachedEni eni : inMapOrder(enis)) {
      int room = scenario.cidrsPerEni() - eni.cidrs().size();
      if (room == 0 || scenario.excludes(eni) || (eni.primary() && !scenario.primaryHasPods())) {
        continue;
      }
      Granted granted = assign(Math.min(room, warmPool.wantedCidrs(count())));
      if (granted.refusal().filter(SimEc2.LIMIT_OF_ENI::equals).isPresent()) {
        // After this error ipamD reads the interface's addresses from EC2 and continues as after a
        // success.
        ec2.call("DescribeNetworkInterfaces");
        return Increase.GREW;
      }
      if (granted.refusal().isEmpty()) {
        enis.set(enis.indexOf(eni), eni.plus(granted.cidrs()));
        return Increase.GREW;
      }
      counters.ipamdError("increaseIPPoolAllocIPAddressesFailed");
      if (!granted.subnetIsEmpty()) {
        return Increase.REFUSED;
      }
      if (!ec2.discoversSubnets()) {
        return Increase.SUBNET_IS_EMPTY;
      }
    }
    return Increase.NOTHING_TO_FILL;
  }

  /** Requests CIDRs from EC2. After a refusal, requests a single CIDR, as ipamD does. */
  private Granted assign(int cidrs) {
    Granted granted = ec2.assign(cidrs);
    boolean retries =
        granted.refusal().filter(code -> !code.equals(SimEc2.LIMIT_OF_ENI)).isPresent();
    return retries ? ec2.assign(1) : granted;
  }

  /**
   * Attaches an interface with addresses if a slot is free, and adds the interface to {@code
   * attached}. The interface joins the pool later, when instance metadata shows the interface.
   */
  Increase attach(Duration now, List<AttachedEni> attached) {
    boolean eniConfigMissing = scenario.has(NodeFault.ENICONFIG_MISSING, now);
    if (enis.size() >= scenario.mostEnis() || eniConfigMissing) {
      return Increase.NOTHING_TO_FILL;
    }
    int cidrs = Math.min(warmPool.wantedCidrs(count()), scenario.cidrsPerEni());
    Granted granted = ec2.createEni(cidrs, enis.size() < scenario.limit.enis());
    if (granted.refusal().isEmpty()) {
      attached.add(ec2.secondaryEni(card, unusedDeviceNumber(), granted.cidrs()));
      return Increase.GREW;
    }
    counters.ipamdError("increaseIPPoolAllocENI");
    if (!granted.subnetIsEmpty()) {
      return Increase.REFUSED;
    }
    counters.ipamdError("increaseIPPoolAllocIPAddressesFailed");
    return Increase.SUBNET_IS_EMPTY;
  }

  /** Releases CIDRs without assigned addresses. Their addresses may be cooling, as in ipamD. */
  void decrease() {
    int over = warmPool.overCidrs(count());
    // ipamD copies its map, and then loops over the copy. Each of the two loops starts at a random
    // slot.
    for (AttachedEni eni : inMapOrder(inMapOrder(enis))) {
      List<Cidr> removed =
          eni.cidrs().stream()
              .filter(this::isOfThisMode)
              .filter(cidr -> cidr.assigned() == 0)
              .limit(over)
              .toList();
      if (!removed.isEmpty()) {
        over -= removed.size();
        ec2.unassign(removed);
        enis.set(enis.indexOf(eni), eni.minus(removed));
      }
    }
  }

  /** Removes one interface that the pool does not need. */
  void freeOneEni(Duration now) {
    inMapOrder(enis).stream()
        .filter(eni -> freeable(eni, now))
        .findFirst()
        .ifPresent(
            eni -> {
              ec2.deleteEni(eni);
              enis.remove(eni);
            });
  }

  private boolean freeable(AttachedEni eni, Duration now) {
    return detachable(eni, now)
        && eni.addresses().allMatch(address -> address.free(now))
        && warmPool.mayFreeEni(count(), countWithout(eni));
  }

  /** Finds an interface that pods use and that another program can detach. */
  Optional<AttachedEni> detachableWithPods(Duration now) {
    return enis.stream().filter(eni -> eni.assigned() > 0 && detachable(eni, now)).findFirst();
  }

  private static boolean detachable(AttachedEni eni, Duration now) {
    return !eni.primary() && now.minus(eni.attachedAt()).compareTo(MINIMUM_ENI_LIFE) >= 0;
  }

  /**
   * Returns the items in the order of ipamD's loops, which start at a random slot of a Go map. A
   * small map has eight slots.
   */
  private <T> List<T> inMapOrder(List<T> items) {
    int start = random.nextInt(Math.max(items.size(), SLOTS_OF_SMALL_MAP));
    List<T> rotated = new ArrayList<>(items);
    Collections.rotate(rotated, start < items.size() ? -start : 0);
    return rotated;
  }

  private PoolCount count() {
    return count(eni -> true);
  }

  private PoolCount countWithout(AttachedEni eni) {
    return count(other -> !other.id().equals(eni.id()));
  }

  /**
   * Counts as ipamD does, without excluded interfaces and without CIDRs that ipamD does not use.
   */
  private PoolCount count(Predicate<AttachedEni> counted) {
    return PoolCount.ofCidrs(
        enis.stream()
            .filter(eni -> counted.test(eni) && !scenario.excludes(eni))
            .flatMap(eni -> eni.cidrs().stream())
            .filter(this::isOfThisMode)
            .toList());
  }

  private int unusedDeviceNumber() {
    Set<Integer> used = enis.stream().map(AttachedEni::deviceNumber).collect(Collectors.toSet());
    return IntStream.rangeClosed(0, enis.size())
        .filter(number -> !used.contains(number))
        .findFirst()
        .orElseThrow();
  }
}
