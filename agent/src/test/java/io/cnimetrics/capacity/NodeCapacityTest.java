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
import io.cnimetrics.snapshot.NodeSnapshot;
import io.cnimetrics.snapshot.Problem;
import io.cnimetrics.snapshot.Reason;
import io.cnimetrics.snapshot.Source;
import io.cnimetrics.testing.Snapshots;
import java.io.IOException;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NodeCapacityTest {
  private static final InstanceLimits.Limit M5_LARGE = limit(3, 10);
  private static final InstanceLimits.Limit M5_XLARGE = limit(4, 15);

  @Test
  void gaugesOfIpamdGiveTheMaximum() {
    assertMaximum(nothingRead().enis(eni(0, 14, 3, 0)), 4, 56, 110, "56 = 4 ENIs × 14");
  }

  @Test
  void gaugeOfIpamdContainsMaxEni() {
    assertMaximum(nothingRead().enis(eni(0, 14, 3, 0)), 2, 28, 110, "28 = 2 ENIs × 14");
  }

  @Test
  void maxPodsIsTheLimitIfTheEnisPermitMore() {
    assertMaximum(
        nothingRead().enis(eni(0, 14, 3, 0)),
        4,
        56,
        30,
        "27 = 30 max pods − 3 pods on the host network; the ENIs permit 56 = 4 ENIs × 14");
  }

  @Test
  void customNetworkingExcludesThePrimaryEni() {
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
  void settingOfIpamdIsStrongerThanAPrimaryWithoutAddresses() {
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
        "28 = 2 ENIs × 14: without the trunk ENI, without the ENI in an excluded subnet");
  }

  @Test
  void interfaceWithTwoReasonsCountsOnce() {
    assertMaximum(
        nothingRead().enis(excluded(0, 0, 0), eni(1, 9, 3, 0)).customNetworking(true),
        3,
        27,
        110,
        "18 = 2 ENIs × 9: without the ENI in an excluded subnet");
  }

  @Test
  void oneEniIsSingular() {
    assertMaximum(nothingRead().enis(eni(0, 9, 3, 0)), 1, 9, 110, "9 = 1 ENI × 9");
  }

  @Test
  void gaugeBelowZeroMeansNoInterface() {
    assertMaximum(nothingRead().enis(), -2, -58, 110, "0 = 0 ENIs × 29");
  }

  /** p5.48xlarge with 31 EFA-only interfaces, none of them on card 0. */
  @Test
  void gaugeBelowZeroSaysNothingAboutATypeWithSeveralCards() {
    InstanceLimits.Limit limit = new InstanceLimits.Limit(List.of(2, 2), 50, OptionalInt.empty());
    Snapshots node = nothingRead().enis(eni(0, 49, 49, 0));

    assertThat(
            withGauges(node, Optional.of(limit), -29, -29 * 49, 110)
                .effectiveMaximum()
                .map(EffectiveMaximum::explanation))
        .hasValue("98 = 2 ENIs × 49: limits of the instance type, because MAX_ENI is unknown");
  }

  /** Free addresses that no pod can get do not use up the maximum. */
  @Test
  void poolWithUnusableAddressesCanGrow() {
    Snapshots full = nothingRead().enis(excluded(0, 14, 0), eni(1, 14, 14, 0), eni(2, 14, 14, 0));
    Snapshots reachesMaxPods = nothingRead().enis(excluded(0, 14, 0), eni(1, 14, 14, 0));

    assertThat(withGauges(full, Optional.of(M5_XLARGE), 4, 56, 110).warmPoolEmpty()).hasValue(true);
    assertThat(withGauges(reachesMaxPods, Optional.of(M5_XLARGE), 4, 56, 30).warmPoolEmpty())
        .hasValue(true);
  }

  /** m5.large after prefixes were switched off. The prefixes take all 27 slots. */
  @Test
  void poolWhoseSlotsHavePrefixesOfTheOtherModeCannotGrow() {
    Snapshots node = nothingRead().enis(prefixed(0, 9, 20), prefixed(1, 9, 0), prefixed(2, 9, 0));

    assertThat(withGauges(node, Optional.empty(), 3, 27, 110).warmPoolEmpty()).hasValue(false);
  }

  /** m5.xlarge after prefixes were switched on. The single addresses take all 56 slots. */
  @Test
  void poolWhoseSlotsHaveSingleAddressesCannotGrowByPrefixes() {
    Snapshots full =
        nothingRead().enis(eni(0, 14, 14, 0), eni(1, 14, 9, 0), eni(2, 14, 0, 0), eni(3, 14, 0, 0));
    Snapshots room = nothingRead().enis(eni(0, 14, 14, 0), eni(1, 14, 9, 0), eni(2, 14, 0, 0));

    assertThat(withGauges(full, Optional.empty(), 4, 896, 1000).warmPoolEmpty()).hasValue(false);
    assertThat(withGauges(room, Optional.empty(), 4, 896, 1000).warmPoolEmpty()).hasValue(true);
  }

  /** The free addresses of prefixes do not count: after the switch no pod can get them. */
  @Test
  void poolWithPrefixesOfTheOtherModeCanGrowWhileASlotIsFree() {
    Snapshots node = nothingRead().enis(prefixed(0, 2, 20));

    assertThat(withGauges(node, Optional.empty(), 3, 27, 110).warmPoolEmpty()).hasValue(true);
  }

  /** m5.large. The addresses of the primary ENI take no slot of the ENIs for pods. */
  @Test
  void poolWithCustomNetworkingCanGrowWhileAnEniForPodsHasAFreeSlot() {
    Snapshots prefixes =
        nothingRead().enis(eni(0, 9, 0, 0), prefixed(1, 9, 144)).customNetworking(true);
    Snapshots single =
        nothingRead().enis(prefixed(0, 9, 0), eni(1, 9, 9, 0)).customNetworking(true);

    assertThat(withGauges(prefixes, Optional.empty(), 3, 432, 500).warmPoolEmpty()).hasValue(true);
    assertThat(withGauges(single, Optional.empty(), 3, 27, 110).warmPoolEmpty()).hasValue(true);
  }

  @Test
  void withoutGaugesTheInstanceTypeDecides() {
    NodeCapacity capacity =
        withoutGauges(nothingRead().enis(eni(0, 9, 3, 0)), Optional.of(M5_LARGE));

    assertThat(capacity.mode()).isEqualTo(AddressMode.SECONDARY_IP);
    assertMaximum(
        capacity, 9, "27 = 3 ENIs × 9: limits of the instance type, because MAX_ENI is unknown");
  }

  @Test
  void withoutGaugesPrefixesShowPrefixMode() {
    NodeCapacity capacity =
        capacity(
            nothingRead().enis(prefixed(0, 1, 3)), Optional.of(M5_LARGE), none(), none(), 1000);

    assertThat(capacity.mode()).isEqualTo(AddressMode.PREFIX);
    assertMaximum(
        capacity,
        144,
        "432 = 3 ENIs × 144: limits of the instance type, because MAX_ENI is unknown,"
            + " 16 addresses per prefix");
  }

  @Test
  void gaugesShowPrefixModeBeforeThereIsAnyPrefix() {
    assertThat(mode(Optional.of(M5_LARGE), 3, 432)).isEqualTo(AddressMode.PREFIX);
    assertThat(mode(Optional.of(M5_LARGE), 3, 27)).isEqualTo(AddressMode.SECONDARY_IP);
    assertThat(mode(Optional.empty(), 3, 432)).isEqualTo(AddressMode.PREFIX);
    assertThat(mode(Optional.empty(), 3, 27)).isEqualTo(AddressMode.SECONDARY_IP);
  }

  @Test
  void gaugesShowTheModeOfEachType() throws IOException, URISyntaxException {
    for (String type : InstanceLimitsTest.types()) {
      Optional<InstanceLimits.Limit> limit = InstanceLimits.of(type);
      int enis = limit.orElseThrow().enis();
      int addresses = enis * limit.orElseThrow().podIpv4PerEni();

      assertThat(mode(limit, enis, addresses)).as(type).isEqualTo(AddressMode.SECONDARY_IP);
      assertThat(mode(limit, enis, 16 * addresses)).as(type).isEqualTo(AddressMode.PREFIX);
      assertThat(mode(Optional.empty(), enis, addresses))
          .as(type)
          .isEqualTo(AddressMode.SECONDARY_IP);
    }
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
  void differenceToTheLimitOfTheTypeIsExplained() {
    NodeCapacity capacity =
        withGauges(nothingRead().enis(eni(0, 14, 3, 0)), Optional.of(M5_XLARGE), 2, 28);

    assertMaximum(
        capacity,
        14,
        "28 = 2 ENIs × 14: the instance type permits 4 ENIs, minus 2 because of"
            + " MAX_ENI or unmanaged ENIs");
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
  void moreReservedEnisThanTheLimitLeaveNoEni() {
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
    assertMaximum(capacity, 9, "27 = 3 ENIs × 9");
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
  void unknownMaximumIsAProblemWithoutGaugesAndType() {
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
  void defaultMaxPodsDependsOnTheCpus() {
    assertThat(PodLimits.defaultMaxPods(30)).isEqualTo(110);
    assertThat(PodLimits.defaultMaxPods(31)).isEqualTo(250);
  }

  @Test
  void noPodHasAnAddressIfAllPodsAreOnTheHostNetwork() {
    assertThat(new PodLimits(2, 3).podsWithAddress()).isZero();
  }

  private static void assertMaximum(
      Snapshots snapshot, double eniMax, double ipMax, int maxPods, String explanation) {
    NodeCapacity capacity = withGauges(snapshot, Optional.empty(), eniMax, ipMax, maxPods);
    assertExplained(capacity.effectiveMaximum().orElseThrow(), explanation);
  }

  private static void assertMaximum(NodeCapacity capacity, long perEni, String explanation) {
    EffectiveMaximum maximum = capacity.effectiveMaximum().orElseThrow();
    assertExplained(maximum, explanation);
    assertThat(maximum.perEni()).isEqualTo(perEni);
  }

  private static void assertExplained(EffectiveMaximum maximum, String explanation) {
    assertThat(maximum.explanation()).isEqualTo(explanation);
    assertThat(maximum.addresses()).isEqualTo(Long.parseLong(explanation.split("[ :]")[0]));
  }

  private static AddressMode mode(
      Optional<InstanceLimits.Limit> limit, double eniMax, double ipMax) {
    return withGauges(nothingRead().enis(), limit, eniMax, ipMax).mode();
  }

  /** i7ie.48xlarge: two cards of 8 ENIs with 49 addresses for pods each. */
  private static final InstanceLimits.Limit TWO_CARDS =
      new InstanceLimits.Limit(List.of(8, 8), 50, OptionalInt.empty());

  @Test
  void worstCardOfAMultiNicNodeDecides() {
    Snapshots node = nothingRead().multiNic(onCard(0, 0, 196, 140), onCard(1, 0, 141, 140));
    NodeCapacity capacity = withGauges(node, Optional.of(TWO_CARDS), -1, -49, 250);

    assertThat(capacity.available()).isEqualTo(1);
    assertThat(capacity.warmPoolEmpty()).hasValue(false);
    assertThat(capacity.effectiveMaximum().map(EffectiveMaximum::addresses)).hasValue(2L * 247);
    assertThat(capacity.fullest().map(CardCapacity::utilization)).hasValue(100.0 * 140 / 247);
  }

  @Test
  void emptyCardOfAMultiNicNodeIsAnEmptyWarmPool() {
    Snapshots node = nothingRead().multiNic(onCard(0, 0, 49, 1), onCard(1, 0, 1, 1));
    NodeCapacity capacity = withoutGauges(node, Optional.of(TWO_CARDS));

    assertThat(capacity.available()).isZero();
    assertThat(capacity.warmPoolEmpty()).hasValue(true);
  }

  /** A multi-NIC pod waits for the card on which no address cools. */
  @Test
  void addressesCoolForAMultiNicPodOnlyIfTheyCoolOnEachEmptyCard() {
    for (int cooling : List.of(0, 1)) {
      NodeCapacity capacity =
          withoutGauges(
              nothingRead().multiNic(onCard(cooling, 0, 5, 3, 2), onCard(1 - cooling, 0, 5, 5)),
              Optional.of(TWO_CARDS));
      assertThat(capacity.allFreeAddressesCool()).isFalse();
    }
    NodeCapacity both =
        withoutGauges(
            nothingRead().multiNic(onCard(0, 0, 5, 3, 2), onCard(1, 0, 5, 4, 1)),
            Optional.of(TWO_CARDS));
    assertThat(both.allFreeAddressesCool()).isTrue();
  }

  @Test
  void noPodGetsACoolingAddressOfTheOtherModeOrOfAnExcludedEni() {
    NodeCapacity singles =
        withGauges(nothingRead().enis(eni(0, 9, 7, 2)), Optional.of(M5_LARGE), 3, 3 * 144);
    assertThat(singles.mode()).isEqualTo(AddressMode.PREFIX);
    assertThat(singles.allFreeAddressesCool()).isFalse();

    Snapshots excluded = nothingRead().enis(eni(0, 9, 9, 0), excluded(1, 9, 7, 2));
    assertThat(withoutGauges(excluded, Optional.of(M5_LARGE)).allFreeAddressesCool()).isFalse();
  }

  /** EC2 gives ipamD no ENI for a card, for example because the subnet of new ENIs is empty. */
  @Test
  void cardWithoutEniStopsMultiNicPods() {
    Snapshots node = nothingRead().managing(0, 1).multiNic(onCard(0, 0, 49, 1));
    NodeCapacity capacity = withoutGauges(node, Optional.of(TWO_CARDS));

    assertThat(capacity.available()).isZero();
    assertThat(capacity.warmPoolEmpty()).hasValue(true);
    assertThat(capacity.effectiveMaximum().map(EffectiveMaximum::addresses)).hasValue(2L * 107);
  }

  @Test
  void poolOfSeveralCardsCanAlsoGrowOnACardWithoutEni() {
    Snapshots node = nothingRead().managing(0, 1).enis(onCard(0, 0, 49, 1));
    NodeCapacity capacity = withGauges(node, Optional.of(TWO_CARDS), 8, 8 * 49, 1000);

    assertThat(capacity.cards()).hasSize(1);
    assertThat(capacity.effectiveMaximum().map(EffectiveMaximum::addresses)).hasValue(2L * 8 * 49);
  }

  @Test
  void withoutMultiNicPodsTheCardsAreOnePool() {
    Snapshots node = nothingRead().enis(onCard(0, 0, 49, 40), onCard(1, 0, 49, 0));
    NodeCapacity capacity = withoutGauges(node, Optional.of(TWO_CARDS));

    assertThat(capacity.cards()).hasSize(1);
    assertThat(capacity.available()).isEqualTo(58);
    assertThat(capacity.effectiveMaximum().map(EffectiveMaximum::addresses)).hasValue(107L);
  }

  /** p5.48xlarge with EFA-only interfaces: ipamD subtracts them from the ENIs of one card. */
  @Test
  void negativeGaugesStillShowThePrefixMode() {
    Snapshots node = nothingRead().multiNic(onCard(0, 0, 0, 0), onCard(1, 0, 0, 0));
    InstanceLimits.Limit limit = new InstanceLimits.Limit(List.of(2, 2), 50, OptionalInt.empty());
    NodeCapacity capacity = withGauges(node, Optional.of(limit), -1, -784, 100);

    assertThat(capacity.mode()).isEqualTo(AddressMode.PREFIX);
    assertThat(capacity.effectiveMaximum().map(EffectiveMaximum::addresses)).hasValue(2L * 97);
  }

  @Test
  void severalCardsOfAnUnknownTypeHaveNoMaximum() {
    assertNoMaximum(nothingRead().multiNic(onCard(0, 0, 49, 1), onCard(1, 0, 1, 1)), 8);
  }

  @Test
  void cardsWithMoreEnisThanIpamdsGaugePermitsHaveNoMaximum() {
    assertNoMaximum(nothingRead().enis(onCard(0, 0, 49, 1), onCard(1, 0, 1, 1)), 1);
  }

  private static void assertNoMaximum(Snapshots node, double eniMax) {
    NodeCapacity capacity = withGauges(node.type("x9.huge"), Optional.empty(), eniMax, 49 * eniMax);

    assertThat(capacity.effectiveMaximum()).isEmpty();
    assertThat(capacity.warmPoolEmpty()).isEmpty();
    assertThat(capacity.fullest()).isEmpty();
    assertThat(capacity.problem().map(Problem::message))
        .hasValueSatisfying(
            message ->
                assertThat(message)
                    .contains(
                        "the table of limits does not contain all network cards of x9.huge",
                        "ipamD's metrics do not report the maximum of each of its 2 network"
                            + " cards"));
  }

  /** ipamD's gauge shows either one of the cards or all cards. */
  @Test
  void gaugeOfSeveralCardsOfAnUnknownTypeIsNamedAsDoubtful() {
    Snapshots node = nothingRead().enis(onCard(0, 0, 9, 1), onCard(1, 0, 1, 1));

    assertMaximum(
        withGauges(node, Optional.empty(), 3, 27),
        9,
        "27 = 3 ENIs × 9, if ipamD's limit of ENIs is for all 2 network cards");
  }

  @Test
  void cardThatTheTableLacksHasNoMaximumInsteadOfZero() {
    for (Snapshots node :
        List.of(
            nothingRead().multiNic(onCard(0, 0, 14, 1), onCard(1, 0, 14, 1)),
            nothingRead().managing(0, 1).multiNic(onCard(0, 0, 14, 1)))) {
      NodeCapacity capacity = withoutGauges(node.type("m5.xlarge"), Optional.of(M5_XLARGE));

      assertThat(capacity.effectiveMaximum()).isEmpty();
      assertThat(capacity.cards().get(1).isFull()).isFalse();
      assertThat(capacity.problem()).isPresent();
    }
  }

  @Test
  void slotOfATrunkThatIsNotAttachedIsNoRoomForPods() {
    Snapshots node = nothingRead().enis(eni(0, 14, 14, 0), eni(1, 14, 14, 0), eni(2, 14, 14, 0));
    assertThat(maximum(withGauges(node, Optional.of(M5_XLARGE), 4, 56))).isEqualTo(56);

    node.sum(NodeCapacity.TRUNK_ERRORS, 40);
    NodeCapacity capacity = withGauges(node, Optional.of(M5_XLARGE), 4, 56);

    assertMaximum(
        capacity, 14, "42 = 3 ENIs × 14: without the slot that ipamD keeps for a trunk ENI");
    assertThat(capacity.warmPoolEmpty()).hasValue(false);
    assertThat(capacity.fullest().map(CardCapacity::isFull)).hasValue(true);
  }

  @Test
  void slotOfATrunkIsKeptBesideExcludedEnisAndThePrimaryOfCustomNetworking() {
    Snapshots custom =
        nothingRead()
            .enis(eni(0, 0, 0, 0), excluded(1, 14, 0), eni(2, 14, 14, 0))
            .customNetworking(true)
            .sum(NodeCapacity.TRUNK_ERRORS, 1);

    assertThat(maximum(withGauges(custom, Optional.of(M5_XLARGE), 4, 56))).isEqualTo(14);
  }

  @Test
  void slotOfATrunkIsKeptWithPrefixesToo() {
    Snapshots node =
        nothingRead()
            .enis(prefixed(0, 9, 144), prefixed(1, 9, 144))
            .sum(NodeCapacity.TRUNK_ERRORS, 1);

    assertThat(maximum(withGauges(node, Optional.of(M5_LARGE), 3, 432, 500))).isEqualTo(288);
  }

  @Test
  void attachedTrunkCountsOnceAlthoughItsRequestFailedBefore() {
    Snapshots node =
        nothingRead()
            .enis(eni(0, 14, 14, 0), trunk(1, 0, 0), eni(2, 14, 14, 0))
            .sum(NodeCapacity.TRUNK_ERRORS, 7);

    assertMaximum(
        withGauges(node, Optional.of(M5_XLARGE), 4, 56),
        14,
        "42 = 3 ENIs × 14: without the trunk ENI");
  }

  @Test
  void enisWithPodsInAllSlotsLeaveNoSlotForATrunk() {
    Snapshots node =
        nothingRead()
            .enis(eni(0, 14, 14, 0), eni(1, 14, 14, 0), eni(2, 14, 14, 0), eni(3, 14, 14, 0))
            .sum(NodeCapacity.TRUNK_ERRORS, 7);

    assertThat(maximum(withGauges(node, Optional.of(M5_XLARGE), 4, 56))).isEqualTo(56);
  }

  /** Errors in the past do not prove that the node will never get a trunk ENI. */
  @Test
  void slotOfATrunkCountsOnlyIfThePoolStopsThere() {
    Snapshots available =
        nothingRead()
            .enis(eni(0, 14, 14, 0), eni(1, 14, 14, 0), eni(2, 14, 13, 0))
            .sum(NodeCapacity.TRUNK_ERRORS, 1);
    Snapshots growing =
        nothingRead().enis(eni(0, 14, 14, 0), eni(1, 14, 14, 0)).sum(NodeCapacity.TRUNK_ERRORS, 1);

    assertThat(maximum(withGauges(available, Optional.of(M5_XLARGE), 4, 56))).isEqualTo(56);
    assertThat(maximum(withGauges(growing, Optional.of(M5_XLARGE), 4, 56))).isEqualTo(56);
  }

  /** 1.22.0 and later report subnets. Since 1.20.4 only types with trunk ENIs keep a slot. */
  @Test
  void typeWithoutTrunksKeepsASlotOnlyInOldReleases() {
    InstanceLimits.Limit noTrunk = new InstanceLimits.Limit(List.of(2), 15, OptionalInt.of(0));
    Snapshots old = nothingRead().enis(eni(0, 14, 14, 0)).sum(NodeCapacity.TRUNK_ERRORS, 1);
    NodeSnapshot recent =
        old.build()
            .with(old.build().pool().orElseThrow().located(Map.of("eni-0", "subnet-a")), List.of());

    assertThat(maximum(withGauges(old, Optional.of(noTrunk), 2, 28))).isEqualTo(14);
    assertThat(
            maximum(
                NodeCapacity.of(
                    recent,
                    Optional.of(noTrunk),
                    OptionalDouble.of(2),
                    OptionalDouble.of(28),
                    Optional.empty(),
                    new PodLimits(110, 3))))
        .isEqualTo(28);
  }

  /** The laws of a node's network cards, tested with random ENIs. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void cardsObeyTheirLaws(long seed) {
    Random random = new Random(seed);
    for (int run = 0; run < 200; run++) {
      int count = 1 + random.nextInt(4);
      int perEni = 2 + random.nextInt(49);
      List<Integer> limits = random.ints(count, 1, 16).boxed().toList();
      InstanceLimits.Limit limit = new InstanceLimits.Limit(limits, perEni, OptionalInt.empty());
      List<Eni> enis = new ArrayList<>();
      for (int card = 0; card < count; card++) {
        int attached = 1 + random.nextInt(limits.get(card));
        for (int device = 0; device < attached; device++) {
          int total = 1 + random.nextInt(perEni - 1);
          enis.add(onCard(card, device, total, random.nextInt(total + 1)));
        }
      }
      PodLimits pods = new PodLimits(4 + random.nextInt(250), 3);
      NodeSnapshot node = nothingRead().multiNic(enis.toArray(Eni[]::new)).build();

      NodeCapacity capacity =
          NodeCapacity.of(node, Optional.of(limit), none(), none(), Optional.empty(), pods);

      assertThat(capacity.cards()).as("seed %d, run %d", seed, run).hasSize(count);
      assertThat(capacity.cards().stream().mapToLong(CardCapacity::assigned).sum())
          .isEqualTo(enis.stream().mapToLong(Eni::assigned).sum());
      assertThat(maximum(capacity))
          .isEqualTo(
              limits.stream()
                  .mapToLong(most -> Math.min(most * (perEni - 1L), pods.podsWithAddress()))
                  .sum());
      assertThat(capacity.cards())
          .allSatisfy(
              card -> {
                assertThat(card.maximum().orElseThrow().addresses())
                    .isLessThanOrEqualTo(pods.podsWithAddress());
                assertThat(capacity.fullest().orElseThrow().utilization())
                    .isGreaterThanOrEqualTo(card.utilization());
                assertThat(capacity.available()).isLessThanOrEqualTo(card.available());
                assertThat(card.isFull() && card.isEmptyWithRoom() && card.assigned() == 0)
                    .isFalse();
              });
      assertThat(capacity.warmPoolEmpty())
          .hasValue(capacity.cards().stream().anyMatch(CardCapacity::isEmptyWithRoom));
      assertOneCardIsLikeANodeWithoutMultiNic(enis, limits.get(0), perEni, pods);
    }
  }

  private static void assertOneCardIsLikeANodeWithoutMultiNic(
      List<Eni> enis, int limit, int perEni, PodLimits pods) {
    Eni[] card = enis.stream().filter(eni -> eni.networkCard() == 0).toArray(Eni[]::new);
    Optional<InstanceLimits.Limit> one = Optional.of(limit(limit, perEni));
    List<Optional<EffectiveMaximum>> maxima =
        Stream.of(nothingRead().multiNic(card), nothingRead().enis(card))
            .map(Snapshots::build)
            .map(node -> NodeCapacity.of(node, one, none(), none(), Optional.empty(), pods))
            .map(NodeCapacity::effectiveMaximum)
            .toList();
    assertThat(maxima.get(0)).isEqualTo(maxima.get(1));
  }

  /** d3en.12xlarge: ipamD's table has 4 ENIs, EC2 permits 3. */
  @Test
  void lowerNumberOfEnisCountsAfterEc2RejectedOneMore() {
    InstanceLimits.Limit type = limit(3, 30);
    Snapshots node = nothingRead().enis(eni(0, 29, 29, 0), eni(1, 29, 29, 0), eni(2, 29, 29, 0));

    assertThat(maximum(withGauges(node, Optional.of(type), 4, 116))).isEqualTo(107);
    node.error(Snapshots.apiError("AttachNetworkInterface", "AttachmentLimitExceeded"), 300);
    NodeCapacity rejected = withGauges(node, Optional.of(type), 4, 116);

    assertMaximum(
        rejected,
        29,
        "87 = 3 ENIs × 29: ipamD assumes 4 ENIs, and EC2 permits 3 and rejected more");
  }

  /** g4dn.16xlarge with an old release: ipamD's table has 49 addresses per ENI, EC2 permits 14. */
  @ParameterizedTest
  @ValueSource(
      strings = {"PrivateIpAddressLimitExceeded", "InvalidInterface.IpAddressLimitExceeded"})
  void lowerNumberOfAddressesCountsAfterEc2RejectedOneMore(String code) {
    InstanceLimits.Limit type = limit(4, 15);
    Snapshots node =
        nothingRead()
            .enis(eni(0, 0, 0, 0))
            .error(Snapshots.apiError("AssignPrivateIpAddresses", code), 800);

    assertThat(maximum(withGauges(node, Optional.of(type), 4, 196))).isEqualTo(56);
  }

  private static long maximum(NodeCapacity capacity) {
    return capacity.effectiveMaximum().orElseThrow().addresses();
  }

  private static NodeCapacity withGauges(
      Snapshots snapshot, Optional<InstanceLimits.Limit> limit, double eniMax, double ipMax) {
    return withGauges(snapshot, limit, eniMax, ipMax, 110);
  }

  private static NodeCapacity withGauges(
      Snapshots snapshot,
      Optional<InstanceLimits.Limit> limit,
      double eniMax,
      double ipMax,
      int maxPods) {
    return capacity(snapshot, limit, OptionalDouble.of(eniMax), OptionalDouble.of(ipMax), maxPods);
  }

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

  private static InstanceLimits.Limit limit(int enis, int perEni) {
    return new InstanceLimits.Limit(List.of(enis), perEni, OptionalInt.empty());
  }

  private static OptionalDouble none() {
    return OptionalDouble.empty();
  }
}
