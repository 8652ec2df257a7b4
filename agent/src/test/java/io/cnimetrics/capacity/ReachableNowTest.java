package io.cnimetrics.capacity;

import static io.cnimetrics.testing.Snapshots.eni;
import static io.cnimetrics.testing.Snapshots.excluded;
import static io.cnimetrics.testing.Snapshots.nothingRead;
import static io.cnimetrics.testing.Snapshots.prefixed;
import static io.cnimetrics.testing.Snapshots.trunk;
import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.snapshot.AddressMode;
import io.cnimetrics.snapshot.AddressPool;
import io.cnimetrics.snapshot.Eni;
import io.cnimetrics.snapshot.NodeSnapshot;
import io.cnimetrics.snapshot.NodeSnapshot.IpamdSettings;
import io.cnimetrics.snapshot.Subnet;
import io.cnimetrics.testing.Snapshots;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReachableNowTest {
  private static final EffectiveMaximum MAXIMUM = maximum(56, 14, 56);

  /** Custom networking with one full ENI. The primary ENI has no addresses for pods. */
  private static final Eni[] FULL = {eni(0, 0, 0, 0), eni(1, 14, 3, 0)};

  @Test
  void subnetWithTooFewAddressesForAWholeEniGivesNone() {
    assertThat(reachable(6, nothingRead().enis(FULL)))
        .contains(
            "14 = 14 on the node + 0 of 6 free in subnet-a, because ipamD needs 15 free addresses"
                + " for one more ENI");
    assertThat(reachable(14, nothingRead().enis(FULL)).orElseThrow()).startsWith("14 = ");
    assertThat(reachable(15, nothingRead().enis(FULL)).orElseThrow())
        .startsWith("28 = 14 on the node + 14 of 15 free in subnet-a");
    assertThat(reachable(44, nothingRead().enis(FULL)).orElseThrow()).startsWith("42 = ");
    assertThat(reachable(45, nothingRead().enis(FULL)).orElseThrow()).startsWith("all 56 ");
  }

  @Test
  void warmIpTargetRequestsPartsOfAnEniAndEachEniHasAPrimaryAddress() {
    Snapshots node = nothingRead().enis(FULL);

    assertThat(reachable(6, node, 5, AddressMode.SECONDARY_IP).orElseThrow())
        .startsWith("19 = 14 on the node + 5 of 6 free in subnet-a");
    assertThat(reachable(17, node, 5, AddressMode.SECONDARY_IP).orElseThrow())
        .startsWith("29 = 14 on the node + 15 of 17 free");
    assertThat(reachable(1, node, 5, AddressMode.SECONDARY_IP).orElseThrow()).startsWith("14 = ");
  }

  @Test
  void attachedEniIsFilledWithSingleAddresses() {
    assertThat(reachable(6, nothingRead().enis(eni(0, 0, 0, 0), eni(1, 10, 3, 0))).orElseThrow())
        .startsWith("14 = 10 on the node + 4 of 6 free in subnet-a");
  }

  /** ipamD skips a primary ENI without addresses only with custom networking. */
  @ParameterizedTest(name = "custom networking is on: {0}")
  @CsvSource({"false, 28", "true, 14"})
  void primaryEniWithoutAddressesGetsSomeUnlessCustomNetworkingIsOn(boolean custom, long reached) {
    NodeSnapshot node =
        nothingRead().customNetworking(custom).enis(eni(0, 0, 0, 0), eni(1, 14, 14, 0)).build();
    AddressPool located =
        node.pool().orElseThrow().located(Map.of("eni-0", "subnet-a", "eni-1", "subnet-a"));

    assertThat(reachable(maximum(56, 14, 56), 14, node.with(located, List.of())))
        .startsWith("%d = 14 on the node".formatted(reached));
  }

  @Test
  void trunkAndExcludedEnisGetNoAddresses() {
    Map<Eni, Integer> usable = Map.of(trunk(1, 3, 0), 17, excluded(1, 3, 0), 14);

    usable.forEach(
        (other, held) ->
            assertThat(reachable(6, nothingRead().enis(eni(0, 14, 0, 0), other)).orElseThrow())
                .startsWith("%d = %d on the node + 0 of 6 free".formatted(held, held)));
  }

  @Test
  void prefixesNeed16AddressesEachAndAnEniOneMore() {
    EffectiveMaximum most = maximum(288, 144, 18);
    NodeSnapshot room = inSubnetA(nothingRead().enis(prefixed(0, 7, 3)), 0);
    NodeSnapshot full = inSubnetA(nothingRead().enis(prefixed(0, 9, 3)), 0);

    assertThat(reachable(most, 15, room)).startsWith("112 = 112 on the node + 0 of 15 free");
    assertThat(reachable(most, 47, room)).startsWith("144 = 112 on the node + 32 of 47 free");
    assertThat(reachable(most, 49, room)).startsWith("160 = 112 on the node + 48 of 49 free");
    assertThat(reachable(most, 16, full))
        .endsWith("ipamD needs 17 free addresses for one more ENI");
    assertThat(reachable(most, 17, full)).startsWith("160 = ");
  }

  @Test
  void reasonIsTheSlotsIfTheSubnetHasEnoughAddresses() {
    NodeSnapshot single = inSubnetA(nothingRead().enis(eni(0, 8, 3, 0), prefixed(1, 1, 0)), 0);
    NodeSnapshot prefixes = inSubnetA(nothingRead().enis(eni(0, 12, 3, 0), prefixed(1, 2, 0)), 5);

    assertThat(reachable(maximum(288, 144, 18), 2_000, single))
        .isEqualTo(
            "163 = 19 on the node + 144 of 2000 free in subnet-a, because single addresses take"
                + " the other slots");
    assertThat(
            ReachableNow.of(
                    prefixes,
                    capacity(maximum(28, 14, 28), AddressMode.SECONDARY_IP, prefixes),
                    List.of(new Subnet("subnet-a", 2_000, 0)))
                .map(ReachableNow::explanation))
        .hasValue(
            "26 = 12 on the node + 14 of 2000 free in subnet-a, because prefixes take the other"
                + " slots");
  }

  @Test
  void maxPodsIsTheLimitIfTheEnisPermitMore() {
    EffectiveMaximum pods = maximum(20, 14, 56);

    assertThat(reachable(pods, 200, inSubnetA(nothingRead().enis(FULL), 0))).startsWith("all 20 ");
    assertThat(reachable(pods, 6, inSubnetA(nothingRead().enis(FULL), 0))).startsWith("14 = ");
  }

  @Test
  void subnetWithEnoughAddressesDoesNotReduceTheMaximum() {
    assertThat(reachable(200, nothingRead().enis(FULL)))
        .contains("all 56 (14 on the node + 200 free in subnet-a)");
  }

  @Test
  void subnetOfAPrimaryWithoutPodsDoesNotCount() {
    Subnet ofNode = new Subnet("subnet-of-node", 200, 51);

    assertThat(
            ReachableNow.of(
                inSubnetA(nothingRead().enis(FULL), 0),
                capacity(MAXIMUM, AddressMode.SECONDARY_IP, inSubnetA(nothingRead().enis(FULL), 0)),
                List.of(ofNode)))
        .isEmpty();
  }

  @Test
  void newEniNeedsEnoughAddressesInOneSubnet() {
    NodeSnapshot node = nothingRead().enis(eni(0, 14, 0, 0), eni(1, 14, 0, 0)).build();
    NodeSnapshot located =
        node.with(
            node.pool().orElseThrow().located(Map.of("eni-0", "subnet-a", "eni-1", "subnet-b")),
            List.of());
    List<Subnet> subnets = List.of(new Subnet("subnet-a", 10, 0), new Subnet("subnet-b", 16, 0));

    assertThat(
            ReachableNow.of(located, capacity(MAXIMUM, AddressMode.SECONDARY_IP, located), subnets)
                .map(ReachableNow::addresses))
        .hasValue(42L);
  }

  private static Optional<String> reachable(long free, Snapshots node) {
    return reachable(free, node, 0, AddressMode.SECONDARY_IP);
  }

  private static Optional<String> reachable(
      long free, Snapshots node, long warmIpTarget, AddressMode mode) {
    NodeSnapshot located = inSubnetA(node, warmIpTarget);
    return ReachableNow.of(
            located,
            capacity(MAXIMUM, mode, located),
            List.of(new Subnet("subnet-a", free, 251 - free)))
        .map(ReachableNow::explanation);
  }

  private static String reachable(EffectiveMaximum maximum, long free, NodeSnapshot node) {
    AddressMode mode =
        node.pool().orElseThrow().prefixes() > 0 ? AddressMode.PREFIX : AddressMode.SECONDARY_IP;
    return ReachableNow.of(
            node, capacity(maximum, mode, node), List.of(new Subnet("subnet-a", free, 0)))
        .orElseThrow()
        .explanation();
  }

  private static EffectiveMaximum maximum(long addresses, long perEni, long slots) {
    return new EffectiveMaximum(addresses, perEni, slots, "", List.of());
  }

  /** The slots of the maximum include the slots that the node uses. */
  private static NodeCapacity capacity(
      EffectiveMaximum maximum, AddressMode mode, NodeSnapshot node) {
    long used =
        node.pool().orElseThrow().enis().stream()
            .filter(eni -> !eni.trunk() && !eni.excluded())
            .mapToLong(Eni::usedSlots)
            .sum();
    long free = Math.max(0, maximum.freeSlots() - used);
    EffectiveMaximum now = maximum(maximum.addresses(), maximum.perEni(), free);
    CardCapacity card = new CardCapacity(0, mode, Optional.empty(), Optional.of(now));
    return new NodeCapacity(mode, true, List.of(card), Optional.empty());
  }

  /** The primary ENI is in the node's subnet if it has no addresses for pods. */
  private static NodeSnapshot inSubnetA(Snapshots node, long warmIpTarget) {
    NodeSnapshot built = node.build();
    boolean custom = built.pool().orElseThrow().enis().get(0).totalIpv4() == 0;
    NodeSnapshot located =
        built.with(
            built
                .pool()
                .orElseThrow()
                .located(
                    Map.of("eni-0", custom ? "subnet-of-node" : "subnet-a", "eni-1", "subnet-a")),
            List.of());
    return new NodeSnapshot(
        located.takenAt(),
        located.instance(),
        located.pool(),
        located.metrics(),
        Optional.of(new IpamdSettings(custom, OptionalLong.of(warmIpTarget))),
        false,
        List.of());
  }
}
