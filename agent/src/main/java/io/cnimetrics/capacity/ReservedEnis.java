package io.cnimetrics.capacity;

import io.cnimetrics.capacity.MaximumReason.Simple;
import io.cnimetrics.snapshot.AddressPool;
import io.cnimetrics.snapshot.Eni;
import io.cnimetrics.snapshot.NodeSnapshot;
import io.cnimetrics.snapshot.NodeSnapshot.IpamdSettings;
import java.util.ArrayList;
import java.util.List;

/**
 * The ENIs of one network card that count towards the limit but carry no pods. An ENI counts once,
 * even for two reasons.
 *
 * @param primary whether the primary ENI carries no pods (custom networking)
 * @param reasons one for each kind of reserved ENI
 */
public record ReservedEnis(long count, boolean primary, List<MaximumReason> reasons) {
  public ReservedEnis {
    reasons = List.copyOf(reasons);
  }

  static ReservedEnis of(NodeSnapshot snapshot, int networkCard) {
    List<Eni> enis =
        snapshot.pool().map(AddressPool::enis).orElse(List.of()).stream()
            .filter(eni -> eni.networkCard() == networkCard)
            .toList();
    long excluded = enis.stream().filter(Eni::excluded).count();
    long trunks = enis.stream().filter(eni -> eni.trunk() && !eni.excluded()).count();
    boolean primary =
        networkCard == 0
            && customNetworking(snapshot, enis)
            && enis.stream().noneMatch(eni -> eni.primary() && eni.excluded());
    List<MaximumReason> reasons = new ArrayList<>();
    if (primary) {
      reasons.add(Simple.PRIMARY_ENI);
    }
    if (trunks > 0) {
      reasons.add(Simple.TRUNK_ENI);
    }
    if (excluded > 0) {
      reasons.add(new MaximumReason.ExcludedEnis(excluded));
    }
    return new ReservedEnis(excluded + trunks + (primary ? 1 : 0), primary, reasons);
  }

  /** Counts one more ENI. With ENABLE_POD_ENI ipamD keeps the last slot free for the trunk ENI. */
  ReservedEnis plusTrunkSlot() {
    List<MaximumReason> more = new ArrayList<>(reasons);
    more.add(Simple.TRUNK_SLOT);
    return new ReservedEnis(count + 1, primary, more);
  }

  /**
   * Whether ipamD adds no addresses to an attached ENI. The primary ENI gets addresses unless
   * custom networking is on, even if it has none yet.
   */
  public static boolean contains(NodeSnapshot snapshot, Eni eni) {
    return of(snapshot, eni.networkCard()).contains(eni);
  }

  /** Whether an attached ENI carries no pods. */
  boolean contains(Eni eni) {
    return eni.excluded() || eni.trunk() || (primary && eni.primary());
  }

  /** If ipamD's settings are unknown, a primary ENI without addresses means custom networking. */
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
