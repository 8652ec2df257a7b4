package io.cnimetrics.capacity;

import io.cnimetrics.capacity.MaximumReason.Simple;
import io.cnimetrics.snapshot.AddressMode;
import io.cnimetrics.snapshot.AddressPool;
import io.cnimetrics.snapshot.Eni;
import io.cnimetrics.snapshot.NodeSnapshot;
import io.cnimetrics.snapshot.Problem;
import io.cnimetrics.snapshot.Reason;
import io.cnimetrics.snapshot.Series;
import io.cnimetrics.snapshot.Source;
import java.lang.module.ModuleDescriptor.Version;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The number of addresses that a node has and can have, calculated from a snapshot.
 *
 * <p>Effective maximum of a network card = (number of ENIs that may carry pods) × (number of
 * addresses per ENI without the primary address), × 16 in prefix mode. It is at most the number of
 * admitted pods that need an address.
 *
 * <p>With one network card, both factors come from ipamD's gauges {@code awscni_eni_max} and {@code
 * awscni_ip_max}, or from the instance type if the gauges are unknown. With several cards both
 * factors come from the instance type, because ipamD's gauges then show only one of the cards.
 * ipamD's gauges include ENIs that carry no pods: a trunk ENI, ENIs in excluded subnets, and the
 * primary ENI with custom networking. If EC2 has rejected a call because of a limit, the gauge or
 * the type's limit is used, whichever is lower.
 *
 * <p>A multi-NIC pod holds an address on each card. Therefore the card with the fewest available
 * addresses decides whether the pod can start. If a node has no multi-NIC pods, ipamD assigns each
 * pod one address of any card that ipamD lists. In this case all cards together are one pool.
 *
 * @param modeByGauges whether ipamD's gauges show the mode; otherwise the mode is derived from the
 *     held addresses
 * @param cards the network cards of a node with multi-NIC pods, otherwise one element for the whole
 *     pool; empty on IPv6, and if ipamD could not be read
 * @param problem the reason why the maximum is unknown; empty if the snapshot's own problems
 *     contain the reason
 */
public record NodeCapacity(
    AddressMode mode, boolean modeByGauges, List<CardCapacity> cards, Optional<Problem> problem) {
  public static final int ADDRESSES_PER_PREFIX = 16;

  /**
   * Failed requests of ipamD for a trunk ENI. ipamD makes such requests only with ENABLE_POD_ENI,
   * every 5 s while the trunk is missing. Releases 1.7 to 1.15 have another name for them.
   */
  public static final Series TRUNK_ERRORS =
      new Series(
          "awscni_pod_eni_error_count",
          "fn",
          Set.of("tryEnableSecurityGroupsForPods", "askForTrunkENIIfNeeded"));

  /** The codes with which EC2 rejects more ENIs than it permits. */
  public static final Set<String> ENI_LIMIT_CODES = Set.of("AttachmentLimitExceeded");

  /** The codes with which EC2 rejects more addresses of an ENI than it permits. */
  public static final Set<String> ADDRESS_LIMIT_CODES =
      Set.of("PrivateIpAddressLimitExceeded", "InvalidInterface.IpAddressLimitExceeded");

  private static final Version SINCE_ABLE_TYPES = Version.parse("1.20.4");

  public NodeCapacity {
    cards = List.copyOf(cards);
  }

  /**
   * Derives the capacity from a snapshot.
   *
   * @param limit the limits of the instance type; empty if the type is unknown or not in the table
   * @param eniMax the gauge {@code awscni_eni_max}: how many ENIs ipamD can manage; the gauge can
   *     be negative on instances with EFA-only interfaces
   * @param ipMax the gauge {@code awscni_ip_max}: how many addresses these ENIs can have; 0 on IPv6
   * @param before the mode by the last known gauges, for a poll without gauges. The addresses do
   *     not always show the mode, because a node can have addresses of both modes
   */
  public static NodeCapacity of(
      NodeSnapshot snapshot,
      Optional<InstanceLimits.Limit> limit,
      OptionalDouble eniMax,
      OptionalDouble ipMax,
      Optional<AddressMode> before,
      PodLimits podLimits) {
    // ipamD subtracts the unmanaged ENIs of all network cards from the limit of one card.
    boolean severalCards = limit.filter(InstanceLimits.Limit::hasSeveralCards).isPresent();
    Optional<Long> enis =
        eniMax.stream()
            .filter(gauge -> gauge > 0 || !severalCards)
            .mapToObj(gauge -> Math.max(0, (long) gauge))
            .findFirst();
    // With EFA-only interfaces both gauges can be negative, but their quotient is right.
    boolean bothGauges = eniMax.orElse(0) != 0 && ipMax.isPresent();
    boolean ipv6Gauges = bothGauges && ipMax.getAsDouble() == 0;
    Optional<Long> perEni =
        Optional.of(0)
            .filter(any -> bothGauges && !ipv6Gauges)
            .map(any -> (long) (ipMax.getAsDouble() / eniMax.getAsDouble()))
            .filter(each -> each > 0);
    return new Derivation(snapshot, limit, enis, perEni, ipv6Gauges, before, podLimits).capacity();
  }

  /** The sum of the cards' maximums; empty if a card's maximum is unknown. */
  public Optional<EffectiveMaximum> effectiveMaximum() {
    List<EffectiveMaximum> known = cards.stream().flatMap(card -> card.maximum().stream()).toList();
    if (known.isEmpty() || known.size() < cards.size()) {
      return Optional.empty();
    } else if (known.size() == 1) {
      return Optional.of(known.get(0));
    }
    long sum = known.stream().mapToLong(EffectiveMaximum::addresses).sum();
    long freeSlots = known.stream().mapToLong(EffectiveMaximum::freeSlots).sum();
    long perEni = known.get(0).perEni();
    String each =
        cards.stream()
            .map(
                card ->
                    "card %d: %s"
                        .formatted(card.networkCard(), card.maximum().orElseThrow().explanation()))
            .collect(Collectors.joining("; "));
    return Optional.of(
        new EffectiveMaximum(
            sum,
            perEni,
            freeSlots,
            "%d on %d network cards; %s".formatted(sum, known.size(), each),
            List.of()));
  }

  /** The card with the highest utilization; empty if each maximum is 0 or unknown. */
  public Optional<CardCapacity> fullest() {
    return cards.stream()
        .filter(card -> card.maximum().filter(most -> most.addresses() > 0).isPresent())
        .max(Comparator.comparingDouble(CardCapacity::utilization));
  }

  /** The card with the fewest available addresses; empty on IPv6, and if ipamD was not read. */
  public Optional<CardCapacity> scarcest() {
    return cards.stream().min(Comparator.comparingLong(CardCapacity::available));
  }

  /** The number of pods that can start now. The scarcest card limits this number. */
  public long available() {
    return scarcest().map(CardCapacity::available).orElse(0L);
  }

  /** Whether no pod can get an address now, but pods can get addresses after the cooldown. */
  public boolean allFreeAddressesCool() {
    List<CardCapacity> empty = cards.stream().filter(card -> card.available() == 0).toList();
    return !empty.isEmpty() && empty.stream().allMatch(CardCapacity::isAvailableLater);
  }

  /**
   * Whether a card has no available address although its pool can grow; empty if the pool or a
   * maximum is unknown.
   */
  public Optional<Boolean> warmPoolEmpty() {
    boolean known =
        effectiveMaximum().isPresent() && cards.stream().allMatch(card -> card.pool().isPresent());
    return known
        ? Optional.of(cards.stream().anyMatch(CardCapacity::isEmptyWithRoom))
        : Optional.empty();
  }

  /** Whether no address is available, and addresses of the other mode take all slots of a card. */
  public boolean isEmptyForLackOfSlots() {
    return cards.stream().anyMatch(CardCapacity::isEmptyForLackOfSlots);
  }

  /**
   * The calculation of a capacity.
   *
   * @param eniMax the maximum number of ENIs, by ipamD's gauges; empty if unknown
   * @param ipamdPerEni the addresses for pods per ENI, by ipamD's gauges; empty if unknown
   * @param ipv6Gauges whether ipamD's gauges show IPv6
   */
  private record Derivation(
      NodeSnapshot snapshot,
      Optional<InstanceLimits.Limit> limit,
      Optional<Long> eniMax,
      Optional<Long> ipamdPerEni,
      boolean ipv6Gauges,
      Optional<AddressMode> before,
      PodLimits podLimits) {

    NodeCapacity capacity() {
      AddressMode mode = mode();
      boolean byGauges = ipamdPerEni.isPresent() || ipv6Gauges;
      if (mode == AddressMode.IPV6 || !snapshot.ipamdRead()) {
        return new NodeCapacity(mode, byGauges, List.of(), Optional.empty());
      }
      List<CardCapacity> cards = cards(mode);
      boolean known = cards.stream().allMatch(card -> card.maximum().isPresent());
      Optional<Problem> problem = known ? Optional.empty() : Optional.of(unknownMaximum());
      return new NodeCapacity(mode, byGauges, cards, problem);
    }

    private List<CardCapacity> cards(AddressMode mode) {
      List<Integer> listed = snapshot.pool().map(AddressPool::networkCards).orElse(List.of());
      if (listed.size() <= 1) {
        return List.of(new CardCapacity(0, mode, snapshot.pool(), maximum(mode)));
      }
      if (!snapshot.pool().map(AddressPool::multiNic).orElse(false)) {
        Optional<EffectiveMaximum> maximum =
            limit
                .filter(known -> listed.stream().allMatch(card -> isKnown(known, card)))
                .map(known -> maximumByType(known, listed, mode))
                .or(() -> maximumOfAnyCard(listed.size(), mode));
        return List.of(new CardCapacity(listed.get(0), mode, snapshot.pool(), maximum));
      }
      return listed.stream()
          .map(
              card ->
                  new CardCapacity(
                      card,
                      mode,
                      snapshot.pool().map(pool -> pool.onCard(card)),
                      limit
                          .filter(known -> isKnown(known, card))
                          .map(known -> maximumByType(known, List.of(card), mode))))
          .toList();
    }

    /**
     * The maximum by ipamD's gauges. Empty if more ENIs are attached than the gauge permits,
     * because the gauge then shows only one of the cards.
     */
    private Optional<EffectiveMaximum> maximumOfAnyCard(int cards, AddressMode mode) {
      boolean exceeded =
          eniMax.filter(most -> snapshot.pool().orElseThrow().eniCount() <= most).isEmpty();
      return exceeded
          ? Optional.empty()
          : maximum(mode).map(most -> most.with(new MaximumReason.IfForAllCards(cards)));
    }

    /**
     * Whether the limit of a network card is known, or is not needed because all its ENIs are
     * excluded.
     */
    private boolean isKnown(InstanceLimits.Limit known, int card) {
      List<Eni> enis = snapshot.pool().orElseThrow().onCard(card).enis();
      return known.enisOn(card) > 0 || (!enis.isEmpty() && enis.stream().allMatch(Eni::excluded));
    }

    private Problem unknownMaximum() {
      List<Integer> listed = snapshot.pool().map(AddressPool::networkCards).orElse(List.of());
      boolean severalCards = listed.size() > 1;
      String type =
          snapshot
              .instance()
              .type()
              .map(
                  (severalCards
                          ? "the table of limits does not contain all network cards of %s"
                          : "the table of limits does not contain the instance type %s")
                      ::formatted)
              .orElse("the instance type is unknown");
      String gauges =
          severalCards
              ? "ipamD's metrics do not report the maximum of each of its %d network cards"
                  .formatted(listed.size())
              : "ipamD's metrics do not report the maximum";
      return new Problem(
          Source.LIMITS,
          Reason.NOT_FOUND,
          "the node's maximum is unknown, because %s and %s".formatted(type, gauges),
          "let the agent read instance metadata and ipamD's metrics; for a new instance type,"
              + " update the agent");
    }

    private AddressMode mode() {
      Optional<AddressPool> pool = snapshot.pool();
      boolean ipv4Held = pool.map(AddressPool::totalIpv4).orElse(0L) > 0;
      if (pool.map(AddressPool::ipv6).orElse(false) || (ipv6Gauges && !ipv4Held)) {
        return AddressMode.IPV6;
      }
      return prefixMode() ? AddressMode.PREFIX : AddressMode.SECONDARY_IP;
    }

    private boolean prefixMode() {
      boolean prefixHeld = snapshot.pool().map(AddressPool::prefixes).orElse(0L) > 0;
      if (ipamdPerEni.isEmpty()) {
        return before.map(mode -> mode == AddressMode.PREFIX).orElse(prefixHeld);
      }
      long perEni = ipamdPerEni.get();
      long prefixesOnly =
          limit.map(known -> (long) ADDRESSES_PER_PREFIX * known.podIpv4PerEni()).orElse(-1L);
      return perEni > InstanceLimits.MOST_POD_IPV4_PER_ENI
          || perEni == prefixesOnly
          || (prefixHeld && perEni % ADDRESSES_PER_PREFIX == 0);
    }

    private EffectiveMaximum maximumByType(
        InstanceLimits.Limit known, List<Integer> cards, AddressMode mode) {
      List<MaximumReason> reasons = new ArrayList<>();
      long enis = 0;
      long usedSlots = 0;
      for (int card : cards) {
        ReservedEnis reserved = reserved(card, known.enisOn(card), mode);
        usedSlots += usedSlots(snapshot.pool().map(pool -> pool.onCard(card)), reserved);
        enis += Math.max(0, known.enisOn(card) - reserved.count());
        reasons.addAll(reserved.reasons());
      }
      return maximum(mode, enis, known.podIpv4PerEni() * factor(mode), usedSlots, reasons);
    }

    /** The maximum of a node with one network card. */
    private Optional<EffectiveMaximum> maximum(AddressMode mode) {
      Optional<Long> enis = eniMax.or(() -> limit.map(known -> (long) known.enis()));
      Optional<Long> perEni =
          ipamdPerEni.or(() -> limit.map(known -> known.podIpv4PerEni() * factor(mode)));
      if (enis.isEmpty() || perEni.isEmpty()) {
        return enis.filter(most -> most == 0)
            .map(none -> new EffectiveMaximum(0, 0, 0, "0", List.of(Simple.NO_ENI)));
      }
      int card =
          snapshot.pool().flatMap(pool -> pool.networkCards().stream().findFirst()).orElse(0);
      List<MaximumReason> limits = new ArrayList<>();
      long most = enis(enis.get(), limits);
      long each = perEni(perEni.get(), mode, limits);
      ReservedEnis reserved = reserved(card, most, mode);
      List<MaximumReason> reasons = new ArrayList<>(reserved.reasons());
      reasons.addAll(limits);
      long usedSlots = usedSlots(snapshot.pool(), reserved);
      return Optional.of(maximum(mode, most - reserved.count(), each, usedSlots, reasons));
    }

    /** The slots that addresses and prefixes take on the ENIs that carry pods. */
    private static long usedSlots(Optional<AddressPool> pool, ReservedEnis reserved) {
      return pool.map(AddressPool::enis).orElse(List.of()).stream()
          .filter(eni -> !reserved.contains(eni))
          .mapToLong(Eni::usedSlots)
          .sum();
    }

    /**
     * The ENIs that carry no pods. They include the slot that ipamD keeps for a missing trunk ENI.
     * This slot counts only if requests for the trunk ENI fail, the pool has no available address,
     * and one slot is left.
     */
    private ReservedEnis reserved(int card, long most, AddressMode mode) {
      ReservedEnis attached = ReservedEnis.of(snapshot, card);
      boolean stopped =
          snapshot
              .pool()
              .map(pool -> pool.onCard(card))
              .filter(pool -> pool.eniCount() == most - 1 && pool.available(mode) == 0)
              .filter(pool -> !pool.hasTrunk())
              .isPresent();
      return stopped && card == 0 && keepsTrunkSlot() ? attached.plusTrunkSlot() : attached;
    }

    /** Since release 1.20.4 ipamD keeps no slot if the instance type cannot have a trunk ENI. */
    private boolean keepsTrunkSlot() {
      boolean unable =
          limit.filter(known -> known.branchEnis().equals(OptionalInt.of(0))).isPresent();
      boolean recent =
          snapshot
              .oldestRelease()
              .filter(oldest -> oldest.compareTo(SINCE_ABLE_TYPES) >= 0)
              .isPresent();
      double errors =
          snapshot.metrics().map(read -> read.total(TRUNK_ERRORS).orElse(0)).orElse(0.0);
      return errors > 0 && !(unable && recent);
    }

    /** ipamD's number of ENIs or, if EC2 rejected more, EC2's limit. */
    private long enis(long ipamd, List<MaximumReason> reasons) {
      if (eniMax.isEmpty()) {
        reasons.add(Simple.TYPE_LIMITS);
        return ipamd;
      }
      long type = limit.map(known -> (long) known.enis()).orElse(ipamd);
      if (ipamd < type) {
        reasons.add(new MaximumReason.FewerEnis(type, ipamd));
      } else if (ipamd > type) {
        boolean rejected = rejected(ENI_LIMIT_CODES);
        reasons.add(new MaximumReason.Contradiction("ENIs", ipamd, type, rejected));
        return rejected ? type : ipamd;
      }
      return ipamd;
    }

    /** ipamD's number of addresses per ENI or, if EC2 rejected more, EC2's limit. */
    private long perEni(long ipamd, AddressMode mode, List<MaximumReason> reasons) {
      long type = limit.map(known -> known.podIpv4PerEni() * factor(mode)).orElse(ipamd);
      if (ipamd == type) {
        return ipamd;
      }
      boolean rejected = rejected(ADDRESS_LIMIT_CODES);
      reasons.add(new MaximumReason.Contradiction("addresses per ENI", ipamd, type, rejected));
      return rejected ? Math.min(ipamd, type) : ipamd;
    }

    /** Whether EC2 has rejected a call with one of these codes since ipamD started. */
    private boolean rejected(Set<String> codes) {
      return snapshot.metrics().filter(read -> read.apiErrors(codes) > 0).isPresent();
    }

    private static long factor(AddressMode mode) {
      return mode == AddressMode.PREFIX ? ADDRESSES_PER_PREFIX : 1;
    }

    /**
     * The addresses that the ENIs permit, but at most the number of admitted pods that need an
     * address.
     */
    private EffectiveMaximum maximum(
        AddressMode mode, long enis, long perEni, long usedSlots, List<MaximumReason> reasons) {
      long usable = Math.max(0, enis);
      long most = Long.MAX_VALUE / Math.max(1, perEni);
      long reachable = usable > most ? Long.MAX_VALUE : usable * perEni;
      if (mode == AddressMode.PREFIX) {
        reasons.add(Simple.PREFIXES);
      }
      String product =
          "%d = %d ENI%s × %d".formatted(reachable, usable, usable == 1 ? "" : "s", perEni);
      long freeSlots = Math.max(0, reachable / factor(mode) - usedSlots);
      long pods = podLimits.podsWithAddress();
      return reachable <= pods
          ? new EffectiveMaximum(reachable, perEni, freeSlots, product, reasons)
          : new EffectiveMaximum(
              pods,
              perEni,
              freeSlots,
              "%d = %d max pods − %d pods on the host network; the ENIs permit %s"
                  .formatted(pods, podLimits.maxPods(), podLimits.hostNetworkPods(), product),
              reasons);
    }
  }
}
