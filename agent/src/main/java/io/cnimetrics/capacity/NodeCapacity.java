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
import java.util.OptionalLong;
import java.util.function.ToLongFunction;

/**
 * What this node can reach, as far as a snapshot tells.
 *
 * <p>Effective maximum = (ENIs that may carry pods) × (addresses per ENI, without its primary one),
 * × 16 in prefix mode, at most the pods that the kubelet starts. ENIs and addresses per ENI are
 * ipamD's own, from its gauges {@code awscni_eni_max} and {@code awscni_ip_max}, or else those of
 * the instance type. ipamD's gauges leave out of account that a trunk, interfaces in excluded
 * subnets and, with custom networking, the primary carry no pods.
 *
 * @param modeByGauges whether ipamD's gauges tell the mode, which what it holds may not
 * @param effectiveMaximum empty on IPv6, where a prefix never runs out, and where neither gauges
 *     nor instance type are known
 * @param problem why the maximum is unknown, unless the snapshot's own problems say so
 */
public record NodeCapacity(
    AddressMode mode,
    boolean modeByGauges,
    Optional<EffectiveMaximum> effectiveMaximum,
    Optional<Problem> problem) {
  private static final int ADDRESSES_PER_PREFIX = 16;

  /** The most addresses per ENI that a pod can have on any instance type, one by one: 50 − 1. */
  private static final int MOST_SINGLE_ADDRESSES = 49;

  /**
   * Derives the capacity from what is known.
   *
   * @param limit of the node's instance type, if that is known and in the table
   * @param eniMax ipamD's gauge of interfaces it may have, less those that it does not manage; may
   *     be negative on instances with EFA-only interfaces
   * @param ipMax ipamD's gauge of addresses on those; 0 on IPv6
   * @param before the mode by the last gauges, for a poll without: a node that has changed its mode
   *     may hold both kinds of addresses
   */
  public static NodeCapacity of(
      NodeSnapshot snapshot,
      Optional<InstanceLimit> limit,
      OptionalDouble eniMax,
      OptionalDouble ipMax,
      Optional<AddressMode> before,
      PodLimits podLimits) {
    return new Derivation(snapshot, limit, eniMax, ipMax, before, podLimits).capacity();
  }

  /**
   * Whether no address is available although the pool can grow; empty if the maximum is unknown.
   */
  public Optional<Boolean> warmPoolEmpty(AddressPool pool) {
    return effectiveMaximum.map(
        maximum -> pool.available(mode) == 0 && pool.totalIpv4() < maximum.addresses());
  }

  private static final class Derivation {
    private final NodeSnapshot snapshot;
    private final Optional<AddressPool> pool;
    private final Optional<InstanceLimit> limit;
    private final OptionalLong eniMax;
    private final OptionalLong ipamdPerEni;
    private final boolean ipv6Gauges;
    private final Optional<AddressMode> before;
    private final PodLimits podLimits;

    Derivation(
        NodeSnapshot snapshot,
        Optional<InstanceLimit> limit,
        OptionalDouble eniMax,
        OptionalDouble ipMax,
        Optional<AddressMode> before,
        PodLimits podLimits) {
      this.before = before;
      this.snapshot = snapshot;
      this.pool = snapshot.pool();
      this.limit = limit;
      this.eniMax = whole(eniMax);
      boolean bothGauges = this.eniMax.orElse(0) > 0 && ipMax.isPresent();
      this.ipv6Gauges = bothGauges && ipMax.getAsDouble() == 0;
      this.ipamdPerEni =
          bothGauges && !ipv6Gauges
              ? OptionalLong.of((long) ipMax.getAsDouble() / this.eniMax.getAsLong())
              : OptionalLong.empty();
      this.podLimits = podLimits;
    }

    private static OptionalLong whole(OptionalDouble gauge) {
      return gauge.isPresent()
          ? OptionalLong.of(Math.max(0, (long) gauge.getAsDouble()))
          : OptionalLong.empty();
    }

    NodeCapacity capacity() {
      AddressMode mode = mode();
      boolean byGauges = ipamdPerEni.isPresent() || ipv6Gauges;
      if (mode == AddressMode.IPV6 || !snapshot.ipamdRead()) {
        return new NodeCapacity(mode, byGauges, Optional.empty(), Optional.empty());
      }
      Optional<EffectiveMaximum> maximum = effectiveMaximum(mode);
      return new NodeCapacity(
          mode,
          byGauges,
          maximum,
          maximum.isPresent() ? Optional.empty() : Optional.of(unknownMaximum()));
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
      boolean ipv4Held = pool.map(AddressPool::totalIpv4).orElse(0L) > 0;
      if (pool.map(AddressPool::ipv6).orElse(false) || (ipv6Gauges && !ipv4Held)) {
        return AddressMode.IPV6;
      }
      return prefixMode() ? AddressMode.PREFIX : AddressMode.SECONDARY_IP;
    }

    private boolean prefixMode() {
      boolean prefixHeld = pool.map(AddressPool::prefixes).orElse(0L) > 0;
      if (ipamdPerEni.isEmpty()) {
        return before.map(mode -> mode == AddressMode.PREFIX).orElse(prefixHeld);
      }
      long perEni = ipamdPerEni.getAsLong();
      return limit
          .map(known -> perEni >= (long) ADDRESSES_PER_PREFIX * known.podIpv4PerEni())
          .orElse(
              perEni > MOST_SINGLE_ADDRESSES || (prefixHeld && perEni % ADDRESSES_PER_PREFIX == 0));
    }

    private Optional<EffectiveMaximum> effectiveMaximum(AddressMode mode) {
      OptionalLong enis = eniMax.isPresent() ? eniMax : mapLimit(InstanceLimit::enis);
      OptionalLong perEni = ipamdPerEni.isPresent() ? ipamdPerEni : perEniByType(mode);
      if (enis.isEmpty() || perEni.isEmpty()) {
        return enis.equals(OptionalLong.of(0)) ? Optional.of(noEnis()) : Optional.empty();
      }
      return Optional.of(effectiveMaximum(mode, enis.getAsLong(), perEni.getAsLong()));
    }

    private OptionalLong perEniByType(AddressMode mode) {
      long factor = mode == AddressMode.PREFIX ? ADDRESSES_PER_PREFIX : 1;
      return mapLimit(known -> known.podIpv4PerEni() * factor);
    }

    private OptionalLong mapLimit(ToLongFunction<InstanceLimit> value) {
      return limit.isPresent()
          ? OptionalLong.of(value.applyAsLong(limit.get()))
          : OptionalLong.empty();
    }

    private static EffectiveMaximum noEnis() {
      return new EffectiveMaximum(0, "0: ipamD may have no ENI");
    }

    private EffectiveMaximum effectiveMaximum(AddressMode mode, long enis, long perEni) {
      boolean byType = eniMax.isEmpty();
      ReservedEnis podless = ReservedEnis.of(snapshot, byType);
      long usable = Math.max(0, enis - podless.count());
      long reachable = usable * perEni;
      List<String> assumptions = new ArrayList<>(podless.reasons());
      if (byType) {
        assumptions.add("the type's limits, as MAX_ENI is not told");
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
