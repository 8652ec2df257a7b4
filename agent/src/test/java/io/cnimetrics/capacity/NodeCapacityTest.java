package io.cnimetrics.capacity;

import static io.cnimetrics.testing.Snapshots.eni;
import static io.cnimetrics.testing.Snapshots.excluded;
import static io.cnimetrics.testing.Snapshots.ipv6;
import static io.cnimetrics.testing.Snapshots.nothingRead;
import static io.cnimetrics.testing.Snapshots.onCard;
import static io.cnimetrics.testing.Snapshots.prefixed;
import static io.cnimetrics.testing.Snapshots.trunk;
import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.snapshot.AddressCount;
import io.cnimetrics.snapshot.AddressMode;
import io.cnimetrics.snapshot.Eni;
import io.cnimetrics.snapshot.IpamdError;
import io.cnimetrics.snapshot.NodeSnapshot;
import io.cnimetrics.snapshot.Reason;
import io.cnimetrics.snapshot.Source;
import io.cnimetrics.testing.Snapshots;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class NodeCapacityTest {
  private static final InstanceLimits.Limit M5_LARGE = new InstanceLimits.Limit(3, 10);
  private static final InstanceLimits.Limit M5_XLARGE = new InstanceLimits.Limit(4, 15);

  @Test
  void gaugesOfIpamdGiveTheMaximum() {
    assertMaximum(nothingRead().enis(eni(0, 14, 3, 0)), 4, 56, 110, "56 = 4 ENIs × 14");
  }

  @Test
  void maxEniOfIpamdShowsInItsGauge() {
    assertMaximum(nothingRead().enis(eni(0, 14, 3, 0)), 2, 28, 110, "28 = 2 ENIs × 14");
  }

  @Test
  void podsOfTheKubeletLimitIt() {
    assertMaximum(
        nothingRead().enis(eni(0, 14, 3, 0)),
        4,
        56,
        30,
        "27 = 30 max pods − 3 pods on the host's network; the ENIs permit 56 = 4 ENIs × 14");
  }

  @Test
  void customNetworkingTakesThePrimary() {
    assertMaximum(
        nothingRead().enis(eni(0, 0, 0, 0), eni(1, 9, 3, 0)).customNetworking(true),
        3,
        27,
        110,
        "18 = 2 ENIs × 9: without the primary ENI (custom networking)");
  }

  @Test
  void primaryWithoutAddressesMeansCustomNetworkingIfTheSettingIsUnknown() {
    assertMaximum(
        nothingRead().enis(eni(0, 0, 0, 0), eni(1, 9, 3, 0)),
        3,
        27,
        110,
        "18 = 2 ENIs × 9: without the primary ENI (custom networking)");
  }

  @Test
  void settingHasPriorityOverThePrimarysAddresses() {
    assertMaximum(
        nothingRead().enis(eni(0, 0, 0, 0), eni(1, 9, 3, 0)).customNetworking(false),
        3,
        27,
        110,
        "27 = 3 ENIs × 9");
  }

  @Test
  void trunkAndExcludedInterfacesCarryNoPods() {
    assertMaximum(
        nothingRead().enis(eni(0, 14, 3, 0), trunk(1, 14, 0), excluded(2, 3, 1)),
        4,
        56,
        110,
        "28 = 2 ENIs × 14: without the trunk ENI, without ENIs in excluded subnets (1)");
  }

  @Test
  void interfaceWithTwoReasonsCountsOnce() {
    assertMaximum(
        nothingRead().enis(excluded(0, 0, 0), eni(1, 9, 3, 0)).customNetworking(true),
        3,
        27,
        110,
        "18 = 2 ENIs × 9: without ENIs in excluded subnets (1)");
  }

  @Test
  void oneInterfaceIsNotPlural() {
    assertMaximum(nothingRead().enis(eni(0, 9, 3, 0)), 1, 9, 110, "9 = 1 ENI × 9");
  }

  @Test
  void gaugeBelowZeroMeansNoInterface() {
    assertMaximum(nothingRead().enis(), -2, -58, 110, "0 = 0 ENIs × 29");
  }

  @Test
  void withoutGaugesTheInstanceTypeDecides() {
    NodeCapacity capacity =
        withoutGauges(nothingRead().enis(eni(0, 9, 3, 0)), Optional.of(M5_LARGE));

    assertThat(capacity.mode()).isEqualTo(AddressMode.SECONDARY_IP);
    assertThat(capacity.effectiveMaximum())
        .contains(
            new EffectiveMaximum(
                27, "27 = 3 ENIs × 9: limits of the instance type, because MAX_ENI is unknown"));
  }

  @Test
  void withoutGaugesPrefixesShowPrefixMode() {
    NodeCapacity capacity =
        capacity(
            nothingRead().enis(prefixed(0, 1, 3)), Optional.of(M5_LARGE), none(), none(), 1000);

    assertThat(capacity.mode()).isEqualTo(AddressMode.PREFIX);
    assertThat(capacity.effectiveMaximum())
        .contains(
            new EffectiveMaximum(
                432,
                "432 = 3 ENIs × 144: limits of the instance type, because MAX_ENI is unknown,"
                    + " 16 addresses per prefix"));
  }

  @Test
  void gaugesShowPrefixModeBeforeThereIsAnyPrefix() {
    assertThat(mode(Optional.of(M5_LARGE), 3, 432)).isEqualTo(AddressMode.PREFIX);
    assertThat(mode(Optional.of(M5_LARGE), 3, 27)).isEqualTo(AddressMode.SECONDARY_IP);
    assertThat(mode(Optional.empty(), 3, 432)).isEqualTo(AddressMode.PREFIX);
    assertThat(mode(Optional.empty(), 3, 27)).isEqualTo(AddressMode.SECONDARY_IP);
  }

  @Test
  void leftOverPrefixDoesNotMakePrefixMode() {
    NodeCapacity capacity =
        withGauges(
            nothingRead().enis(eni(0, 13, 3, 0), prefixed(1, 1, 0)), Optional.of(M5_XLARGE), 4, 56);

    assertThat(capacity.mode()).isEqualTo(AddressMode.SECONDARY_IP);
  }

  @Test
  void leftOverPrefixDoesNotMakePrefixModeOnAnUnknownTypeEither() {
    NodeCapacity capacity =
        withGauges(
            nothingRead().enis(eni(0, 13, 3, 0), prefixed(1, 1, 0)), Optional.empty(), 4, 56);

    assertThat(capacity.mode()).isEqualTo(AddressMode.SECONDARY_IP);
  }

  @Test
  void modeOfTheLastGaugesStaysIfBothKindsOfAddressesAreHeld() {
    for (AddressMode last : List.of(AddressMode.SECONDARY_IP, AddressMode.PREFIX)) {
      NodeCapacity capacity =
          NodeCapacity.of(
              nothingRead().enis(eni(0, 9, 3, 0), prefixed(1, 2, 0)).build(),
              Optional.of(M5_LARGE),
              none(),
              none(),
              Optional.of(last),
              new PodLimits(1000, 3));

      assertThat(capacity.mode()).isEqualTo(last);
      assertThat(capacity.modeByGauges()).isFalse();
    }
  }

  @Test
  void enisThatIpamdMayNotHaveAreExplained() {
    NodeCapacity capacity =
        withGauges(nothingRead().enis(eni(0, 14, 3, 0)), Optional.of(M5_XLARGE), 2, 28);

    assertThat(capacity.effectiveMaximum())
        .contains(
            new EffectiveMaximum(
                28,
                "28 = 2 ENIs × 14: the instance type permits 4 ENIs, but MAX_ENI or"
                    + " unmanaged ENIs take 2"));
  }

  @Test
  void interfacesOfOtherCardsDoNotCountAgainstTheTypesLimit() {
    AddressCount three = new AddressCount(3, 1, 0);
    AddressCount none = AddressCount.NONE;
    Eni onCard2 =
        new Eni("eni-9", 2, 1, false, false, true, Optional.empty(), three, none, 0, none);

    assertThat(
            withoutGauges(nothingRead().enis(eni(0, 9, 3, 0), onCard2), Optional.of(M5_LARGE))
                .effectiveMaximum()
                .map(EffectiveMaximum::addresses))
        .contains(27L);
  }

  @Test
  void customNetworkingWithATrunkAndPrefixesIsExplained() {
    assertMaximum(
        nothingRead()
            .enis(eni(0, 0, 0, 0), prefixed(1, 2, 3), trunk(2, 0, 0))
            .customNetworking(true),
        4,
        896,
        1000,
        "448 = 2 ENIs × 224: without the primary ENI (custom networking), without the trunk ENI,"
            + " 16 addresses per prefix");
  }

  @Test
  void moreReservedEnisThanIpamdMayHaveLeaveNone() {
    assertMaximum(
        nothingRead().enis(eni(0, 0, 0, 0), trunk(1, 9, 0)).customNetworking(true),
        1,
        9,
        110,
        "0 = 0 ENIs × 9: without the primary ENI (custom networking), without the trunk ENI");
  }

  @Test
  void oneGaugeAloneIsCompletedByTheType() {
    NodeCapacity onlyEnis =
        capacity(
            nothingRead().enis(eni(0, 9, 3, 0)),
            Optional.of(M5_LARGE),
            OptionalDouble.of(2),
            none(),
            110);

    assertThat(onlyEnis.effectiveMaximum().map(EffectiveMaximum::addresses)).contains(18L);
    assertThat(onlyEnis.modeByGauges()).isFalse();
  }

  @Test
  void heldIpv4AddressesExcludeIpv6() {
    NodeCapacity capacity =
        withGauges(nothingRead().enis(eni(0, 9, 3, 0)), Optional.of(M5_LARGE), 3, 0);

    assertThat(capacity.mode()).isEqualTo(AddressMode.SECONDARY_IP);
    assertThat(capacity.effectiveMaximum()).contains(new EffectiveMaximum(27, "27 = 3 ENIs × 9"));
  }

  @Test
  void ipv6HasNoMaximum() {
    NodeCapacity capacity = withoutGauges(nothingRead().enis(ipv6(0, 5)), Optional.of(M5_LARGE));

    assertThat(capacity.mode()).isEqualTo(AddressMode.IPV6);
    assertThat(capacity.effectiveMaximum()).isEmpty();
    assertThat(capacity.problem()).isEmpty();
    assertThat(mode(Optional.of(M5_LARGE), 3, 0)).isEqualTo(AddressMode.IPV6);
  }

  @Test
  void withoutGaugesAndTypeItIsUnknownAndAProblem() {
    NodeCapacity capacity = withoutGauges(nothingRead().enis(eni(0, 9, 3, 0)), Optional.empty());

    assertThat(capacity.effectiveMaximum()).isEmpty();
    assertThat(capacity.problem())
        .hasValueSatisfying(
            problem -> {
              assertThat(problem.source()).isEqualTo(Source.LIMITS);
              assertThat(problem.reason()).isEqualTo(Reason.NOT_FOUND);
              assertThat(problem.message()).contains("instance type is unknown");
            });
  }

  @Test
  void failedIntrospectionGivesNoMaximum() {
    NodeCapacity capacity = withGauges(nothingRead().metrics(), Optional.of(M5_LARGE), 3, 27);

    assertThat(capacity.effectiveMaximum()).isEmpty();
    assertThat(capacity.problem()).isEmpty();
  }

  @Test
  void defaultMaxPodsGoesByTheCpus() {
    assertThat(PodLimits.defaultMaxPods(30)).isEqualTo(110);
    assertThat(PodLimits.defaultMaxPods(31)).isEqualTo(250);
  }

  @Test
  void fewerPodsThanHostNetworkPodsLeaveNone() {
    assertThat(new PodLimits(2, 3).podsWithAddress()).isZero();
  }

  private static void assertMaximum(
      Snapshots snapshot, double eniMax, double ipMax, int maxPods, String explanation) {
    NodeCapacity capacity =
        capacity(
            snapshot,
            Optional.empty(),
            OptionalDouble.of(eniMax),
            OptionalDouble.of(ipMax),
            maxPods);
    assertThat(capacity.effectiveMaximum().map(EffectiveMaximum::explanation))
        .contains(explanation);
    long stated = Long.parseLong(explanation.split("[ :]")[0]);
    assertThat(capacity.effectiveMaximum().map(EffectiveMaximum::addresses)).contains(stated);
  }

  private static AddressMode mode(
      Optional<InstanceLimits.Limit> limit, double eniMax, double ipMax) {
    return withGauges(nothingRead().enis(), limit, eniMax, ipMax).mode();
  }

  /** With at most 110 pods. */
  /** i7ie.48xlarge: two cards of 8 ENIs with 49 addresses for pods each. */
  private static final InstanceLimits.Limit TWO_CARDS =
      new InstanceLimits.Limit(List.of(8, 8), 50, OptionalInt.empty());

  @Test
  void worstCardOfAMultiNicNodeDecides() {
    NodeSnapshot node =
        nothingRead()
            .multiNic(onCard(0, 0, 196, 140), onCard(1, 0, 141, 140))
            .sum("awscni_eni_max", -1)
            .sum("awscni_ip_max", -49)
            .build();
    NodeCapacity capacity =
        NodeCapacity.of(
            node,
            Optional.of(TWO_CARDS),
            OptionalDouble.of(-1),
            OptionalDouble.of(-49),
            Optional.empty(),
            new PodLimits(250, 3));

    assertThat(capacity.available()).isEqualTo(1);
    assertThat(capacity.warmPoolEmpty()).hasValue(false);
    assertThat(capacity.effectiveMaximum().map(EffectiveMaximum::addresses)).hasValue(2L * 247);
    assertThat(capacity.fullest().map(CardCapacity::utilization)).hasValue(100.0 * 140 / 247);
  }

  @Test
  void emptyCardOfAMultiNicNodeIsAnEmptyWarmPool() {
    NodeSnapshot node = nothingRead().multiNic(onCard(0, 0, 49, 1), onCard(1, 0, 1, 1)).build();
    NodeCapacity capacity = capacity(node, TWO_CARDS);

    assertThat(capacity.available()).isZero();
    assertThat(capacity.warmPoolEmpty()).hasValue(true);
  }

  @Test
  void withoutMultiNicPodsTheCardsAreOnePool() {
    NodeSnapshot node = nothingRead().enis(onCard(0, 0, 49, 40), onCard(1, 0, 49, 0)).build();
    NodeCapacity capacity = capacity(node, TWO_CARDS);

    assertThat(capacity.cards()).hasSize(1);
    assertThat(capacity.available()).isEqualTo(58);
    assertThat(capacity.effectiveMaximum().map(EffectiveMaximum::addresses)).hasValue(107L);
  }

  /** p5.48xlarge with EFA-only interfaces: ipamD subtracts them from the ENIs of one card. */
  @Test
  void negativeGaugesStillShowThePrefixMode() {
    NodeSnapshot node = nothingRead().multiNic(onCard(0, 0, 0, 0), onCard(1, 0, 0, 0)).build();
    NodeCapacity capacity =
        NodeCapacity.of(
            node,
            Optional.of(new InstanceLimits.Limit(List.of(2, 2), 50, OptionalInt.empty())),
            OptionalDouble.of(-1),
            OptionalDouble.of(-784),
            Optional.empty(),
            new PodLimits(100, 3));

    assertThat(capacity.mode()).isEqualTo(AddressMode.PREFIX);
    assertThat(capacity.effectiveMaximum().map(EffectiveMaximum::addresses)).hasValue(2L * 97);
  }

  @Test
  void severalCardsOfAnUnknownTypeHaveNoMaximum() {
    NodeSnapshot node = nothingRead().multiNic(onCard(0, 0, 49, 1), onCard(1, 0, 1, 1)).build();
    NodeCapacity capacity =
        NodeCapacity.of(
            node,
            Optional.empty(),
            OptionalDouble.of(8),
            OptionalDouble.of(392),
            Optional.empty(),
            new PodLimits(250, 3));

    assertThat(capacity.effectiveMaximum()).isEmpty();
    assertThat(capacity.problem()).isPresent();
  }

  /** d3en.12xlarge: ipamD's table has 4 ENIs, EC2 permits 3. */
  @Test
  void lowerNumberOfEnisCountsAfterEc2RejectedOneMore() {
    InstanceLimits.Limit type = new InstanceLimits.Limit(3, 30);
    Snapshots node = nothingRead().enis(eni(0, 29, 29, 0), eni(1, 29, 29, 0), eni(2, 29, 29, 0));

    assertThat(maximum(withGauges(node, Optional.of(type), 4, 116))).isEqualTo(107);
    node.error(IpamdError.ofApi("AttachNetworkInterface", "AttachmentLimitExceeded"), 300);
    NodeCapacity rejected = withGauges(node, Optional.of(type), 4, 116);

    assertThat(rejected.effectiveMaximum())
        .hasValue(
            new EffectiveMaximum(
                87, "87 = 3 ENIs × 29: ipamD assumes 4 ENIs, and EC2 permits 3 and rejected more"));
  }

  /** g4dn.16xlarge with an old release: ipamD's table has 49 addresses per ENI, EC2 permits 14. */
  @Test
  void lowerNumberOfAddressesCountsAfterEc2RejectedOneMore() {
    InstanceLimits.Limit type = new InstanceLimits.Limit(4, 15);
    Snapshots node =
        nothingRead()
            .enis(eni(0, 0, 0, 0))
            .error(
                IpamdError.ofApi("AssignPrivateIpAddresses", "PrivateIpAddressLimitExceeded"), 800);

    assertThat(maximum(withGauges(node, Optional.of(type), 4, 196))).isEqualTo(56);
  }

  private static long maximum(NodeCapacity capacity) {
    return capacity.effectiveMaximum().orElseThrow().addresses();
  }

  private static NodeCapacity capacity(NodeSnapshot node, InstanceLimits.Limit limit) {
    return NodeCapacity.of(
        node,
        Optional.of(limit),
        OptionalDouble.empty(),
        OptionalDouble.empty(),
        Optional.empty(),
        new PodLimits(110, 3));
  }

  private static NodeCapacity withGauges(
      Snapshots snapshot, Optional<InstanceLimits.Limit> limit, double eniMax, double ipMax) {
    return capacity(snapshot, limit, OptionalDouble.of(eniMax), OptionalDouble.of(ipMax), 110);
  }

  /** With at most 110 pods. */
  private static NodeCapacity withoutGauges(
      Snapshots snapshot, Optional<InstanceLimits.Limit> limit) {
    return capacity(snapshot, limit, none(), none(), 110);
  }

  private static NodeCapacity capacity(
      Snapshots snapshot,
      Optional<InstanceLimits.Limit> limit,
      OptionalDouble eniMax,
      OptionalDouble ipMax,
      int maxPods) {
    return NodeCapacity.of(
        snapshot.build(), limit, eniMax, ipMax, Optional.empty(), new PodLimits(maxPods, 3));
  }

  private static OptionalDouble none() {
    return OptionalDouble.empty();
  }
}
