package io.cnimetrics.simulator;

import io.cnimetrics.simulator.AttachedEni.Address;
import io.cnimetrics.simulator.CardPool.Increase;
import io.cnimetrics.simulator.Kubelet.Pod;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Simulates ipamD, which assigns addresses to pods and keeps the warm pool. The times were measured
 * with ipamD 1.23.2 and simulated EC2 and metadata services.
 */
final class SimIpamd {
  // These values are constants in ipamd.go.
  private static final Duration ROUND = Duration.ofSeconds(5);
  private static final Duration RECONCILE_INTERVAL = Duration.ofMinutes(1);
  private static final Duration DECREASE_INTERVAL = Duration.ofSeconds(30);
  private static final Duration EMPTY_SUBNET_PAUSE = Duration.ofMinutes(2);
  private static final int METADATA_REFRESH_SECONDS = 30;
  private static final int IPV6_TRIES_AT_START = 6;
  private static final int IPV6_RETRY_SECONDS = 75;

  private final Scenario scenario;
  private final Counters counters;
  private final SimEc2 ec2;
  private final Random random;
  private final List<CardPool> cards;
  private final List<AttachedEni> attaching = new ArrayList<>();
  private boolean running;
  private Duration startedAt = Duration.ZERO;
  private boolean eniLost;
  private int lostAddresses;
  private Duration busyUntil = Duration.ZERO;
  private Duration nextRound = Duration.ZERO;
  private Duration increaseFrom = Duration.ZERO;
  private Duration decreaseFrom = Duration.ZERO;
  private Duration reconcileFrom = Duration.ZERO;
  private Duration leakCheckAt = Duration.ZERO;

  SimIpamd(Scenario scenario, Counters counters, SimEc2 ec2, Random random) {
    this.scenario = scenario;
    this.counters = counters;
    this.ec2 = ec2;
    this.random = random;
    this.cards =
        IntStream.range(0, scenario.networkCards)
            .mapToObj(card -> new CardPool(scenario, card, ec2, counters, random))
            .toList();
    cards.get(0).add(ec2.primaryEni());
    running = start(Duration.ZERO, true);
  }

  /** The interfaces of a card that ipamD knows. */
  List<AttachedEni> enis(int card) {
    return List.copyOf(cards.get(card).enis());
  }

  /** All interfaces that ipamD knows. */
  List<AttachedEni> allEnis() {
    return cards.stream().flatMap(card -> card.enis().stream()).toList();
  }

  /**
   * The number of addresses on the interface that was removed by force; 0 if there was no such
   * removal.
   */
  int lostAddresses() {
    return lostAddresses;
  }

  /** Whether the process runs. If EC2 refuses a call at the start, the process ends. */
  boolean running() {
    return running;
  }

  Duration startedAt() {
    return startedAt;
  }

  void stop() {
    running = false;
  }

  /**
   * Restarts ipamD. ipamD then has lost its counters and cooldowns, but reads the pods' addresses
   * from disk.
   */
  void restart(Duration now) {
    counters.reset();
    for (CardPool card : cards) {
      card.change(address -> address.assigned() ? address : Address.unused(address.ip()));
    }
    showAttached();
    lostAddresses = 0;
    running = start(now, false);
  }

  /** Starts the process. Returns false if the process ends again, because EC2 refuses a call. */
  private boolean start(Duration now, boolean firstTime) {
    startedAt = now;
    busyUntil = now;
    nextRound = now.plus(ROUND.dividedBy(2)).plusMillis(random.nextInt(1000));
    increaseFrom = now;
    decreaseFrom = now;
    leakCheckAt = now.plusSeconds(random.nextInt(300));
    showAction("nodeInit", 0);
    if (scenario.has(NodeFault.STUCK_ACTION)) {
      showAction("increaseDatastorePool", 1);
    }
    if (ec2.refused("DescribeNetworkInterfaces") || (firstTime && ec2.refused("CreateTags"))) {
      return false;
    }
    for (int eni = 0; eni < allEnis().size(); eni++) {
      if (ec2.discoversSubnets()) {
        ec2.call("DescribeSubnets");
      }
      ec2.call("ModifyNetworkInterfaceAttribute");
    }
    if (scenario.has(NodeFault.NO_IPV6_PREFIX)) {
      IntStream.range(0, IPV6_TRIES_AT_START).forEach(attempt -> requestIpv6Prefix());
      counters.ipamdError("waitENIAttachedMaxRetryExceeded");
      return true;
    }
    reconcileFrom = now;
    return cards.stream().filter(CardPool::tooLow).allMatch(card -> increase(card, now));
  }

  private void requestIpv6Prefix() {
    ec2.call("DescribeNetworkInterfaces");
    ec2.call("AssignIpv6Addresses");
  }

  /** Assigns an address from each required card. Returns false if the pod cannot start. */
  boolean assign(Pod pod, Duration now) {
    if (!running) {
      return false;
    }
    counters.increment("awscni_add_ip_req_count");
    int required = pod.onEachCard() ? cards.size() : 1;
    int assigned = 0;
    for (CardPool card : cards) {
      if (assigned < required && card.assign(pod, now)) {
        assigned++;
      } else if (assigned < required) {
        counters.increment("awscni_no_available_ip_addresses");
        if (required > 1) {
          break;
        }
      }
    }
    boolean metadataAway = scenario.has(NodeFault.METADATA_AWAY, now);
    if (assigned == required && metadataAway) {
      countMetadataError("GetVPCIPv4CIDRBlocks");
    }
    boolean started = assigned == required && !metadataAway;
    if (!started && assigned > 0) {
      // The container runtime deletes the network of a pod that did not start.
      unassign(pod, now);
    }
    return started;
  }

  void unassign(Pod pod, Duration now) {
    counters.increment("awscni_del_ip_req_count", "reason", "PodDeleted");
    for (CardPool card : cards) {
      card.change(
          address ->
              address.pod().filter(pod::equals).isPresent() ? address.unassigned(now) : address);
    }
  }

  /** Simulates one second of ipamD. */
  void tick(Duration now) {
    if (!running) {
      return;
    }
    if (now.compareTo(busyUntil) >= 0) {
      showAttached();
    }
    long age = now.minus(startedAt).toSeconds();
    if (age > 0 && age % METADATA_REFRESH_SECONDS == 0) {
      refreshMetadata(now);
    }
    if (scenario.has(NodeFault.NO_IPV6_PREFIX)) {
      if (age > 0 && age % IPV6_RETRY_SECONDS == 0) {
        requestIpv6Prefix();
      }
    } else if (now.compareTo(nextRound) >= 0) {
      ec2.takeSpent();
      round(now);
      busyUntil = nextRound.plus(ec2.takeSpent());
      nextRound = busyUntil.plus(ROUND);
    }
    if (now.compareTo(leakCheckAt) >= 0) {
      ec2.call("DescribeNetworkInterfaces");
      leakCheckAt = now.plus(Duration.ofHours(1));
    }
  }

  private void showAttached() {
    attaching.forEach(eni -> cards.get(eni.card()).add(eni));
    attaching.clear();
  }

  private void refreshMetadata(Duration now) {
    ec2.getMetadata();
    if (scenario.has(NodeFault.METADATA_AWAY, now)) {
      countMetadataError("GetVPCIPv4CIDRBlocks");
      countMetadataError("GetSecurityGroupIDs");
    }
  }

  private void countMetadataError(String api) {
    ec2.countError(api, "IMDSRequestError");
  }

  /** Runs one round of ipamD's loop for the warm pool. */
  private void round(Duration now) {
    boolean decreased = false;
    for (CardPool card : cards) {
      if (card.tooLow()) {
        increase(card, now);
      } else if (card.tooHigh() && now.compareTo(decreaseFrom) >= 0) {
        showAction("decreaseDatastorePool", 0);
        card.decrease();
        decreased = true;
      }
      if (attaching.isEmpty()) {
        card.freeOneEni(now);
      }
    }
    if (decreased) {
      decreaseFrom = now.plus(DECREASE_INTERVAL);
      reconcileFrom = now.plus(RECONCILE_INTERVAL);
    }
    if (scenario.has(NodeFault.FORCED_REMOVAL) && !eniLost) {
      loseOneEni(now);
    }
    if (now.compareTo(reconcileFrom) >= 0) {
      reconcile(now);
    }
  }

  /** Enlarges a card's pool. Returns false if EC2 refuses addresses for an attached interface. */
  private boolean increase(CardPool card, Duration now) {
    if (!scenario.has(NodeFault.STUCK_ACTION)) {
      showAction("increaseDatastorePool", 0);
    }
    if (now.compareTo(increaseFrom) < 0) {
      return true;
    }
    Increase filled = card.fill();
    Increase result = filled == Increase.NOTHING_TO_FILL ? card.attach(now, attaching) : filled;
    if (result == Increase.GREW) {
      reconcileFrom = now.plus(RECONCILE_INTERVAL);
    }
    if (result == Increase.SUBNET_IS_EMPTY) {
      increaseFrom = now.plus(EMPTY_SUBNET_PAUSE);
    }
    return filled != Increase.REFUSED;
  }

  /** Detaches an interface with pods, and removes its addresses by force, as ipamD does. */
  private void loseOneEni(Duration now) {
    for (CardPool card : cards) {
      card.detachableWithPods(now)
          .ifPresent(
              lost -> {
                counters.increment("awscni_force_removed_enis");
                counters.add(lost.assigned(), "awscni_force_removed_ips");
                counters.increment("awscni_reconcile_count", "fn", "eniReconcileDel");
                eniLost = true;
                lostAddresses = (int) lost.addresses().count();
                card.enis().remove(lost);
              });
    }
  }

  /** Compares the pool with instance metadata, and counts each CIDR on an ENI, as ipamD does. */
  private void reconcile(Duration now) {
    showAction("nodeIPPoolReconcile", 0);
    if (scenario.has(NodeFault.METADATA_AWAY, now)) {
      countMetadataError("GetMACs");
      counters.ipamdError("reconcileFailedGetENIs");
      return;
    }
    reconcileFrom = now.plus(RECONCILE_INTERVAL);
    int inPlace = allEnis().stream().mapToInt(eni -> eni.cidrs().size()).sum();
    if (inPlace > 0) {
      counters.add(inPlace, "awscni_reconcile_count", "fn", "eniDataStorePoolReconcileAdd");
    }
    if (scenario.has(NodeFault.NO_TRUNK_SLOT) && allEnis().size() >= scenario.limit.enis()) {
      counters.increment("awscni_pod_eni_error_count", "fn", "tryEnableSecurityGroupsForPods");
    }
  }

  private void showAction(String fn, int running) {
    counters.add(running, "awscni_ipamd_action_inprogress", "fn", fn);
  }
}
