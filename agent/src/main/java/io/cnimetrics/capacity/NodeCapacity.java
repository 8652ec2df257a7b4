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
 * The capacity of this node, derived from a snapshot.
 *
 * <p>The effective maximum is the number of ENIs for pods, multiplied by the number of addresses
 * for pods on each ENI. In prefix mode, an ENI has 16 times as many addresses. The number of pods
 * that the kubelet starts limits the result. ENIs and addresses come from ipamD's gauges {@code
 * awscni_eni_max} and {@code awscni_ip_max}, or, without gauges, from the instance type. The gauges
 * include ENIs without pods: a trunk, ENIs in excluded subnets and, with custom networking, the
 * primary ENI.
 *
 * @param modeByGauges whether the mode comes from ipamD's gauges of this poll
 * @param effectiveMaximum empty if the gauges and the instance type are unknown; also empty on
 *     IPv6, because a node cannot use up an IPv6 prefix
 * @param problem why the maximum is unknown; empty if it is known, or if the snapshot's problems
 *     contain the reason
 */
public record NodeCapacity(
    AddressMode mode,
    boolean modeByGauges,
    Optional<EffectiveMaximum> effectiveMaximum,
    Optional<Problem> problem) {
  private static final int ADDRESSES_PER_PREFIX = 16;

  /** The most single addresses for pods on one ENI of any instance type: 50 − 1 primary address. */
  private static final int MOST_SINGLE_ADDRESSES = 49;

  /**
   * Derives the capacity from a snapshot.
   *
   * @param limit the limits of the instance type; empty if the type is unknown or not in the table
   * @param eniMax the gauge {@code awscni_eni_max}: how many ENIs ipamD can manage; the gauge can
   *     be negative on instances with EFA-only interfaces
   * @param ipMax the gauge {@code awscni_ip_max}: how many addresses these ENIs can have; 0 on IPv6
   * @param before the mode by the last known gauges. A poll without gauges uses this mode, because
   *     a node that changed its mode may have addresses of both modes.
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
   * @param eniMax the maximum number of ENIs, by ipamD's gauges
   * @param ipamdPerEni the maximum number of addresses per ENI, by ipamD's gauges
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
              .map("the table of limits does not contain the instance type %s"::formatted)
              .orElse("the instance type is unknown");
      return new Problem(
          Source.LIMITS,
          Reason.NOT_FOUND,
          "the node's maximum is unknown, because %s and ipamD's metrics do not report the maximum"
              .formatted(type),
          "let the agent read instance metadata and ipamD's metrics; for a new instance type, update"
              + " the agent");
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
            .map(none -> new EffectiveMaximum(0, "0: ipamD's limit of ENIs is 0"));
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
        assumptions.add("limits of the instance type, because MAX_ENI is unknown");
      } else if (limit.isPresent() && enis < limit.get().enis()) {
        assumptions.add(
            "the instance type permits %d ENIs, but MAX_ENI or unmanaged ENIs take %d"
                .formatted(limit.get().enis(), limit.get().enis() - enis));
      }
      if (mode == AddressMode.PREFIX) {
        assumptions.add("%d addresses per prefix".formatted(ADDRESSES_PER_PREFIX));
      }
      String product =
          "%d ENI%s × %d".formatted(usable, usable == 1 ? "" : "s", perEni)
              + (assumptions.isEmpty() ? "" : ": " + String.join(", ", assumptions));
      long pods = podLimits.podsWithAddress();
      return reachable <= pods
          ? new EffectiveMaximum(reachable, reachable + " = " + product)
          : new EffectiveMaximum(
              pods,
              "%d = %d max pods − %d pods on the host's network; the ENIs permit %d = %s"
                  .formatted(
                      pods, podLimits.maxPods(), podLimits.hostNetworkPods(), reachable, product));
    }
  }
}
