package io.cnimetrics.capacity;

import io.cnimetrics.snapshot.AddressMode;
import io.cnimetrics.snapshot.AddressPool;
import io.cnimetrics.snapshot.NodeSnapshot;
import io.cnimetrics.snapshot.Problem;
import io.cnimetrics.snapshot.Reason;
import io.cnimetrics.snapshot.Source;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The capacity of this node, as far as a snapshot shows it.
 *
 * <p>Effective maximum = (ENIs that may carry pods) × (addresses per ENI minus its primary
 * address), × 16 in prefix mode. It is never more than the number of pods that the kubelet starts.
 * ENIs and addresses per ENI come from ipamD's gauges {@code awscni_eni_max} and {@code
 * awscni_ip_max}, or else from the instance type. ipamD's gauges do not subtract ENIs that carry no
 * pods: a trunk, ENIs in excluded subnets and, with custom networking, the primary.
 *
 * @param modeByGauges whether ipamD's gauges show the mode; otherwise the held addresses do
 * @param effectiveMaximum empty on IPv6, where a prefix never runs out, and if neither gauges nor
 *     instance type are known
 * @param problem why the maximum is unknown, unless the snapshot's own problems say so
 */
public record NodeCapacity(
    AddressMode mode,
    boolean modeByGauges,
    Optional<EffectiveMaximum> effectiveMaximum,
    Optional<Problem> problem) {
  private static final int ADDRESSES_PER_PREFIX = 16;

  /** The most single addresses per ENI that pods can have, on any instance type: 50 − 1. */
  private static final int MOST_SINGLE_ADDRESSES = 49;

  /**
   * Derives the capacity.
   *
   * @param limit of the node's instance type, if that is known and in the table
   * @param eniMax ipamD's gauge: the maximum number of ENIs, without those that it does not manage;
   *     may be negative on instances with EFA-only interfaces
   * @param ipMax ipamD's gauge: the maximum number of addresses on these ENIs; 0 on IPv6
   * @param before the mode by the last gauges, for a poll without gauges: a node that has changed
   *     its mode may hold both kinds of addresses
   */
  public static NodeCapacity of(
      NodeSnapshot snapshot,
      Optional<InstanceLimits.Limit> limit,
      OptionalDouble eniMax,
      OptionalDouble ipMax,
      Optional<AddressMode> before,
      PodLimits podLimits) {
    Optional<Long> enis = eniMax.stream().mapToObj(gauge -> Math.max(0, (long) gauge)).findFirst();
    boolean bothGauges = enis.orElse(0L) > 0 && ipMax.isPresent();
    boolean ipv6Gauges = bothGauges && ipMax.getAsDouble() == 0;
    Optional<Long> perEni =
        enis.filter(any -> bothGauges && !ipv6Gauges)
            .map(most -> (long) ipMax.getAsDouble() / most);
    return new Derivation(snapshot, limit, enis, perEni, ipv6Gauges, before, podLimits).capacity();
  }

  /**
   * Whether no address is available although the pool can grow; empty if the maximum is unknown.
   */
  public Optional<Boolean> warmPoolEmpty(AddressPool pool) {
    return effectiveMaximum.map(
        maximum -> pool.available(mode) == 0 && pool.totalIpv4() < maximum.addresses());
  }

  /**
   * The inputs, and the steps from them to the capacity.
   *
   * @param eniMax ENIs by ipamD's gauges
   * @param ipamdPerEni addresses per ENI by ipamD's gauges
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
        return new NodeCapacity(mode, byGauges, Optional.empty(), Optional.empty());
      }
      Optional<EffectiveMaximum> maximum = effectiveMaximum(mode);
      Optional<Problem> problem =
          maximum.isPresent() ? Optional.empty() : Optional.of(unknownMaximum());
      return new NodeCapacity(mode, byGauges, maximum, problem);
    }

    private Problem unknownMaximum() {
      String type =
          snapshot
              .instance()
              .type()
              .map("the table of limits lacks the instance type %s"::formatted)
              .orElse("the instance type is unknown");
      return new Problem(
          Source.LIMITS,
          Reason.NOT_FOUND,
          "the node's maximum is unknown: %s, and ipamD's metrics do not report it".formatted(type),
          "let the agent read instance metadata and ipamD's metrics; a new type needs a new agent");
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
      return limit
          .map(known -> perEni >= (long) ADDRESSES_PER_PREFIX * known.podIpv4PerEni())
          .orElse(
              perEni > MOST_SINGLE_ADDRESSES || (prefixHeld && perEni % ADDRESSES_PER_PREFIX == 0));
    }

    private Optional<EffectiveMaximum> effectiveMaximum(AddressMode mode) {
      long factor = mode == AddressMode.PREFIX ? ADDRESSES_PER_PREFIX : 1;
      Optional<Long> enis = eniMax.or(() -> limit.map(known -> (long) known.enis()));
      Optional<Long> perEni =
          ipamdPerEni.or(() -> limit.map(known -> known.podIpv4PerEni() * factor));
      if (enis.isEmpty() || perEni.isEmpty()) {
        return enis.filter(most -> most == 0)
            .map(none -> new EffectiveMaximum(0, "0: ipamD may have no ENI"));
      }
      return Optional.of(effectiveMaximum(mode, enis.get(), perEni.get()));
    }

    private EffectiveMaximum effectiveMaximum(AddressMode mode, long enis, long perEni) {
      boolean byType = eniMax.isEmpty();
      ReservedEnis reserved = ReservedEnis.of(snapshot, byType);
      long usable = Math.max(0, enis - reserved.count());
      long reachable = usable * perEni;
      List<String> assumptions = new ArrayList<>(reserved.reasons());
      if (byType) {
        assumptions.add("the type's limits, as MAX_ENI is unknown");
      } else if (limit.isPresent() && enis < limit.get().enis()) {
        assumptions.add(
            "of %d, MAX_ENI or unmanaged ENIs take %d"
                .formatted(limit.get().enis(), limit.get().enis() - enis));
      }
      if (mode == AddressMode.PREFIX) {
        assumptions.add("prefixes of %d".formatted(ADDRESSES_PER_PREFIX));
      }
      String product =
          "%d ENI%s × %d".formatted(usable, usable == 1 ? "" : "s", perEni)
              + (assumptions.isEmpty() ? "" : ": " + String.join(", ", assumptions));
      long pods = podLimits.podsWithAddress();
      return reachable <= pods
          ? new EffectiveMaximum(reachable, reachable + " = " + product)
          : new EffectiveMaximum(
              pods,
              "%d = %d max pods − %d on the host's network; addresses for %d = %s"
                  .formatted(
                      pods, podLimits.maxPods(), podLimits.hostNetworkPods(), reachable, product));
    }
  }
}
