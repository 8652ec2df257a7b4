package io.cnimetrics.simulator;

import io.cnimetrics.simulator.Kubelet.Pod;
import io.cnimetrics.simulator.SimWarmPool.PoolCount;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Simulates ipamD, which assigns addresses to pods and keeps the warm pool. */
final class SimIpamd {
  // These values are constants in ipamd.go and data_store.go.
  private static final Duration RECONCILE_INTERVAL = Duration.ofMinutes(1);
  private static final Duration DECREASE_INTERVAL = Duration.ofSeconds(30);
  private static final Duration EMPTY_SUBNET_PAUSE = Duration.ofMinutes(2);
  private static final Duration MINIMUM_ENI_LIFE = Duration.ofMinutes(1);

  private final Scenario scenario;
  private final SimWarmPool warmPool;
  private final Counters counters;
  private final SimEc2 ec2;
  private final List<AttachedEni> enis = new ArrayList<>();
  private int lostAddresses;
  private Duration increaseFrom = Duration.ZERO;
  private Duration decreaseFrom = Duration.ZERO;
  private Duration reconcileFrom = Duration.ZERO;

  SimIpamd(Scenario scenario, Counters counters, SimEc2 ec2) {
    this.scenario = scenario;
    this.warmPool = new SimWarmPool(scenario);
    this.counters = counters;
    this.ec2 = ec2;
    enis.add(ec2.primaryEni());
    begin();
  }

  List<AttachedEni> enis() {
    return List.copyOf(enis);
  }

  /** The number of addresses on the interface that was removed by force, else 0. */
  int lostAddresses() {
    return lostAddresses;
  }

  /** Restarts ipamD. Counters and cooldowns are lost, but ipamD reads pod addresses from disk. */
  void restart(Duration now) {
    counters.reset();
    changeAddresses(address -> address.assigned() ? address : Address.unused(address.ip()));
    increaseFrom = now;
    decreaseFrom = now;
    reconcileFrom = now;
    begin();
  }

  private void begin() {
    ec2.describeEnis();
    if (scenario.has(NodeFault.STUCK_ACTION)) {
      counters.increment("awscni_ipamd_action_inprogress", "fn", "increaseDatastorePool");
    }
    enis.forEach(eni -> counters.increment("awscni_reconcile_count", "fn", "eniReconcileAdd"));
  }

  /** Assigns a free address to the pod. Returns false if no address is free. */
  boolean assign(Pod pod, Duration now) {
    counters.increment("awscni_add_ip_req_count");
    Optional<Address> free =
        enis.stream()
            .filter(eni -> !scenario.excludes(eni))
            .flatMap(eni -> eni.cidrs().stream())
            .filter(this::isOfThisMode)
            .flatMap(cidr -> cidr.addresses().stream())
            .filter(address -> address.free(now))
            .findFirst();
    if (free.isEmpty()) {
      counters.increment("awscni_no_available_ip_addresses");
      return false;
    }
    Address assigned = free.get().assignedTo(pod, now);
    changeAddresses(address -> address.ip().equals(assigned.ip()) ? assigned : address);
    return true;
  }

  /** With prefix delegation ipamD uses only prefixes. Otherwise it uses only single addresses. */
  private boolean isOfThisMode(SimCidr cidr) {
    return cidr.prefix() == scenario.prefixDelegation();
  }

  /** Releases the address of a pod that ended. */
  void unassign(Pod pod, Duration now) {
    counters.increment("awscni_del_ip_req_count", "reason", "PodDeleted");
    changeAddresses(
        address ->
            address.pod().filter(pod::equals).isPresent() ? address.unassigned(now) : address);
  }

  /** Runs ipamD's loop for the warm pool once. */
  void round(Duration now) {
    if (warmPool.shortCidrs(count()) > 0) {
      increase(now);
    } else {
      decrease(now);
    }
    freeOneEni(now);
    if (scenario.has(NodeFault.FORCED_REMOVAL) && lostAddresses == 0) {
      loseOneEni(now);
    }
    if (now.compareTo(reconcileFrom) >= 0) {
      reconcileFrom = now.plus(RECONCILE_INTERVAL);
      counters.add(0, "awscni_ipamd_action_inprogress", "fn", "nodeIPPoolReconcile");
      ec2.getMetadata();
      if (scenario.has(NodeFault.NO_TRUNK_SLOT) && enis.size() >= scenario.limit().enis()) {
        counters.increment("awscni_pod_eni_error_count", "fn", "tryEnableSecurityGroupsForPods");
      }
    }
  }

  private void increase(Duration now) {
    counters.add(0, "awscni_ipamd_action_inprogress", "fn", "increaseDatastorePool");
    if (now.compareTo(increaseFrom) < 0) {
      return;
    }
    Optional<AttachedEni> withRoom =
        enis.stream()
            .filter(eni -> eni.cidrs().size() < scenario.cidrsPerEni())
            .filter(eni -> !scenario.excludes(eni) || eni.cidrs().isEmpty())
            .findFirst();
    if (withRoom.isPresent()) {
      fill(withRoom.get(), now);
    } else if (enis.size() < scenario.limit().enis()) {
      attach(now);
    }
  }

  private void attach(Duration now) {
    Optional<AttachedEni> attached = ec2.createEni(unusedDeviceNumber(), now);
    if (attached.isEmpty()) {
      countError("increaseIPPoolAllocENI");
      pauseOnEmptySubnet(now);
      return;
    }
    enis.add(attached.get());
    fill(attached.get(), now);
  }

  private void fill(AttachedEni eni, Duration now) {
    int room = scenario.cidrsPerEni() - eni.cidrs().size();
    List<SimCidr> cidrs = ec2.assign(Math.min(room, warmPool.shortCidrs(count())));
    if (cidrs.isEmpty()) {
      // If EC2 refuses, ipamD requests a single CIDR.
      cidrs = ec2.assign(1);
    }
    if (cidrs.isEmpty()) {
      pauseOnEmptySubnet(now);
      return;
    }
    enis.set(enis.indexOf(eni), eni.plus(cidrs));
  }

  private void pauseOnEmptySubnet(Duration now) {
    countError("increaseIPPoolAllocIPAddressesFailed");
    increaseFrom = now.plus(EMPTY_SUBNET_PAUSE);
  }

  private void decrease(Duration now) {
    int over = warmPool.overCidrs(count());
    if (over == 0 || now.compareTo(decreaseFrom) < 0) {
      return;
    }
    decreaseFrom = now.plus(DECREASE_INTERVAL);
    // Start with the newest interface, so that ipamD can soon remove that interface.
    for (int i = enis.size() - 1; i >= 0; i--) {
      AttachedEni eni = enis.get(i);
      List<SimCidr> removed =
          eni.cidrs().stream()
              .filter(this::isOfThisMode)
              .filter(cidr -> cidr.freeable(now))
              .limit(over)
              .toList();
      if (!removed.isEmpty()) {
        over -= removed.size();
        ec2.unassign(removed);
        enis.set(i, eni.minus(removed));
      }
    }
  }

  private void freeOneEni(Duration now) {
    enis().stream()
        .filter(eni -> freeable(eni, now))
        .findFirst()
        .ifPresent(
            eni -> {
              ec2.deleteEni(eni);
              enis.remove(eni);
            });
  }

  /** Detaches an interface with pods. ipamD then removes the interface's addresses by force. */
  private void loseOneEni(Duration now) {
    Optional<AttachedEni> lost =
        enis.stream().filter(eni -> eni.assigned() > 0 && detachable(eni, now)).findFirst();
    if (lost.isPresent()) {
      counters.increment("awscni_force_removed_enis");
      counters.add(lost.get().assigned(), "awscni_force_removed_ips");
      lostAddresses = (int) lost.get().addresses().count();
      enis.remove(lost.get());
    }
  }

  private boolean detachable(AttachedEni eni, Duration now) {
    return !eni.primary() && now.minus(eni.attachedAt()).compareTo(MINIMUM_ENI_LIFE) >= 0;
  }

  private boolean freeable(AttachedEni eni, Duration now) {
    return detachable(eni, now)
        && eni.addresses().allMatch(address -> address.free(now))
        && warmPool.mayFreeEni(count(), countWithout(eni));
  }

  private PoolCount count() {
    return PoolCount.of(enis);
  }

  private PoolCount countWithout(AttachedEni eni) {
    return PoolCount.of(enis.stream().filter(other -> !other.equals(eni)).toList());
  }

  private int unusedDeviceNumber() {
    Set<Integer> used = enis.stream().map(AttachedEni::deviceNumber).collect(Collectors.toSet());
    return IntStream.rangeClosed(1, enis.size())
        .filter(number -> !used.contains(number))
        .findFirst()
        .orElseThrow();
  }

  private void countError(String fn) {
    counters.increment("awscni_ipamd_error_count", "fn", fn);
  }

  private void changeAddresses(UnaryOperator<Address> change) {
    enis.replaceAll(eni -> eni.map(change));
  }
}
