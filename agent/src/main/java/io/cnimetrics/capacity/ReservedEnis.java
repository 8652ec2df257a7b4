package io.cnimetrics.capacity;

import io.cnimetrics.snapshot.AddressPool;
import io.cnimetrics.snapshot.Eni;
import io.cnimetrics.snapshot.NodeSnapshot;
import io.cnimetrics.snapshot.NodeSnapshot.IpamdSettings;
import java.util.ArrayList;
import java.util.List;

/**
 * ENIs that count against the limit but carry no pods. An ENI with two reasons counts once.
 *
 * @param reasons one for each kind, such as {@code a trunk takes one}
 */
record ReservedEnis(long count, List<String> reasons) {
  ReservedEnis {
    reasons = List.copyOf(reasons);
  }

  /**
   * Counts them.
   *
   * @param onFirstCardOnly whether the limit is for network card 0 only, as for the limits by type
   */
  static ReservedEnis of(NodeSnapshot snapshot, boolean onFirstCardOnly) {
    List<Eni> enis =
        snapshot.pool().map(AddressPool::enis).orElse(List.of()).stream()
            .filter(eni -> !onFirstCardOnly || eni.networkCard() == 0)
            .toList();
    long excluded = enis.stream().filter(Eni::excluded).count();
    long trunks = enis.stream().filter(eni -> eni.trunk() && !eni.excluded()).count();
    boolean primary =
        customNetworking(snapshot, enis)
            && enis.stream().noneMatch(eni -> eni.primary() && eni.excluded());
    List<String> reasons = new ArrayList<>();
    if (primary) {
      reasons.add("custom networking takes the primary");
    }
    if (trunks > 0) {
      reasons.add("a trunk takes one");
    }
    if (excluded > 0) {
      reasons.add("%d in excluded subnets".formatted(excluded));
    }
    return new ReservedEnis(excluded + trunks + (primary ? 1 : 0), reasons);
  }

  /** By ipamD's settings; if these are unknown, by a primary without addresses for pods. */
  private static boolean customNetworking(NodeSnapshot snapshot, List<Eni> enis) {
    return snapshot
        .settings()
        .map(IpamdSettings::customNetworking)
        .orElseGet(
            () ->
                enis.stream().anyMatch(eni -> eni.primary() && eni.totalIpv4() == 0)
                    && enis.stream().anyMatch(eni -> eni.totalIpv4() > 0));
  }
}
