package io.cnimetrics.agent;

import static io.cnimetrics.testing.Snapshots.START;
import static io.cnimetrics.testing.Snapshots.nothingRead;
import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.capacity.PodLimits;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.catalog.RecentIncrease;
import io.cnimetrics.catalog.Sampler;
import io.cnimetrics.catalog.Sampler.PollSamples;
import io.cnimetrics.catalog.SamplerState;
import io.cnimetrics.health.AgentStatus.Reads;
import io.cnimetrics.snapshot.IpamdError;
import io.cnimetrics.snapshot.NodeSnapshot;
import io.cnimetrics.testing.Snapshots;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** The history of increases follows the sampler's rules. */
class IncreaseHistoryTest {
  private static final String REFUSALS = "awscni_no_available_ip_addresses";
  private static final IpamdError DENIED =
      Snapshots.apiError("CreateNetworkInterface", "UnauthorizedOperation");
  private static final String DENIED_KEY =
      "awscni_aws_api_error_count{api=\"CreateNetworkInterface\",error=\"UnauthorizedOperation\"}";
  private static final double BEFORE_THE_AGENT = START.getEpochSecond() - 3_600;
  private static final double AFTER_THE_AGENT = START.getEpochSecond() - 10;

  private final Sampler sampler =
      new Sampler(MetricCatalog.all(), new PodLimits(110, 3), START.minusSeconds(60));
  private final IncreaseHistory history = new IncreaseHistory();
  private SamplerState state = SamplerState.NONE;

  @Test
  void firstReadIsABaselineIfIpamdIsOlderThanTheAgent() {
    poll(0, read(BEFORE_THE_AGENT).sum(REFUSALS, 40).error(DENIED, 30));

    assertThat(history.all()).isEmpty();
    assertThat(history.reads()).hasValue(new Reads(START, START));
  }

  @Test
  void everythingCountsIfIpamdIsYoungerThanTheAgent() {
    poll(0, nothingRead());
    poll(30, read(AFTER_THE_AGENT).sum(REFUSALS, 4).error(DENIED, 3));

    assertThat(increase(REFUSALS)).isEqualTo(run(REFUSALS, 4, at(30), at(30), 4));
    assertThat(increase(DENIED_KEY)).isEqualTo(run(DENIED_KEY, 3, at(30), at(30), 3));
    assertThat(history.reads()).hasValue(new Reads(at(30), at(30)));
  }

  @Test
  void runHasTheSumAndTheTimesOfItsIncreases() {
    poll(0, read(BEFORE_THE_AGENT).error(DENIED, 100));
    poll(30, read(BEFORE_THE_AGENT).error(DENIED, 101));
    poll(60, read(BEFORE_THE_AGENT).error(DENIED, 101));
    poll(210, read(BEFORE_THE_AGENT).error(DENIED, 105));

    assertThat(increase(DENIED_KEY)).isEqualTo(run(DENIED_KEY, 5, at(30), at(210), 105));
  }

  @Test
  void pauseBeginsANewRun() {
    poll(0, read(BEFORE_THE_AGENT).error(DENIED, 100));
    poll(30, read(BEFORE_THE_AGENT).error(DENIED, 101));
    poll(240, read(BEFORE_THE_AGENT).error(DENIED, 103));

    assertThat(increase(DENIED_KEY)).isEqualTo(run(DENIED_KEY, 2, at(240), at(240), 103));
  }

  @Test
  void clockThatIsSetBackBeginsANewRun() {
    poll(3_600, read(BEFORE_THE_AGENT).error(DENIED, 100));
    poll(3_630, read(BEFORE_THE_AGENT).error(DENIED, 101));
    assertThat(increase(DENIED_KEY).isPresent(at(0))).isFalse();

    poll(30, read(BEFORE_THE_AGENT).error(DENIED, 103));

    assertThat(increase(DENIED_KEY)).isEqualTo(run(DENIED_KEY, 2, at(30), at(30), 103));
  }

  @Test
  void restartOfIpamdCountsFromZero() {
    poll(0, read(BEFORE_THE_AGENT).sum(REFUSALS, 50).error(DENIED, 3));
    poll(30, read(AFTER_THE_AGENT + 30).sum(REFUSALS, 2).error(DENIED, 7));

    assertThat(increase(REFUSALS).amount()).isEqualTo(2);
    assertThat(increase(DENIED_KEY).amount()).isEqualTo(7);
    assertThat(increase("ipamdRestarts"))
        .isEqualTo(new RecentIncrease("ipamdRestarts", 1, at(30), at(30)));
  }

  @Test
  void restartThatOnlyAFallingCounterShowsCountsFromZero() {
    poll(0, nothingRead().sum(REFUSALS, 50).error(DENIED, 3));
    poll(30, nothingRead().sum(REFUSALS, 2).error(DENIED, 4));

    assertThat(increase(REFUSALS).amount()).isEqualTo(2);
    assertThat(increase(DENIED_KEY).amount()).isEqualTo(4);
  }

  @Test
  void firstReadWithAStoredStateIsABaselineOnlyForErrorsByKind() {
    state = sampler.read(read(BEFORE_THE_AGENT).sum(REFUSALS, 50).build(), state).history();

    poll(30, read(BEFORE_THE_AGENT).sum(REFUSALS, 51).error(DENIED, 9));
    assertThat(increase(REFUSALS).amount()).isEqualTo(1);
    assertThat(history.all()).noneMatch(run -> run.counter().equals(DENIED_KEY));

    poll(60, read(BEFORE_THE_AGENT).sum(REFUSALS, 51).error(DENIED, 10));
    assertThat(increase(DENIED_KEY).amount()).isEqualTo(1);
  }

  @Test
  void onlyRefusalsAfterAPollWithCoolingAddressesAreRefusalsDuringTheCooldown() {
    poll(0, full(56, 0).sum(REFUSALS, 10));
    poll(30, full(40, 16).sum(REFUSALS, 14));
    assertThat(history.all()).noneMatch(run -> run.counter().equals("refusedWhileCooling"));

    poll(60, full(38, 18).sum(REFUSALS, 17));
    poll(90, full(46, 0).sum(REFUSALS, 18));
    poll(120, full(56, 0).sum(REFUSALS, 20));
    assertThat(increase("refusedWhileCooling"))
        .isEqualTo(new RecentIncrease("refusedWhileCooling", 4, at(60), at(90)));
  }

  private static RecentIncrease run(
      String counter, double amount, Instant since, Instant last, double total) {
    return new RecentIncrease(counter, amount, since, last).counted(total);
  }

  private static Snapshots full(int assigned, int cooling) {
    return read(BEFORE_THE_AGENT).enis(Snapshots.eni(0, 56, assigned, cooling));
  }

  @Test
  void kindThatOneReadLacksKeepsItsTotal() {
    poll(0, read(BEFORE_THE_AGENT).error(DENIED, 100));
    poll(30, read(BEFORE_THE_AGENT));
    poll(60, read(BEFORE_THE_AGENT).error(DENIED, 101));

    assertThat(increase(DENIED_KEY).amount()).isEqualTo(1);
  }

  @Test
  void newKindOfErrorCountsFromZero() {
    poll(0, read(BEFORE_THE_AGENT));
    poll(30, read(BEFORE_THE_AGENT).error(DENIED, 2));

    assertThat(increase(DENIED_KEY).amount()).isEqualTo(2);
  }

  @Test
  void failedReadChangesNothing() {
    poll(0, read(BEFORE_THE_AGENT).error(DENIED, 100));
    poll(30, nothingRead());
    poll(60, read(BEFORE_THE_AGENT).error(DENIED, 102));

    assertThat(increase(DENIED_KEY).amount()).isEqualTo(2);
    assertThat(history.reads()).hasValue(new Reads(START, at(60)));
  }

  @Test
  void numberOfKindsIsBounded() {
    for (int i = 0; i < 2_000; i++) {
      poll(30 * i, read(BEFORE_THE_AGENT).error(Snapshots.functionError("function" + i), 1));
    }

    assertThat(history.all()).hasSizeLessThanOrEqualTo(310);
  }

  @Test
  void numberOfKindsIsBoundedIfIpamdRestartsAgainAndAgain() {
    for (int i = 0; i < 2_000; i++) {
      poll(
          30 * i, read(AFTER_THE_AGENT + 30 * i).error(Snapshots.functionError("function" + i), 1));
    }

    assertThat(history.all()).hasSizeLessThanOrEqualTo(310);
  }

  private RecentIncrease increase(String counter) {
    return history.all().stream()
        .filter(run -> run.counter().equals(counter))
        .findFirst()
        .orElseThrow();
  }

  private static Instant at(int second) {
    return START.plusSeconds(second);
  }

  private static Snapshots read(double processStart) {
    return nothingRead().processStart(processStart);
  }

  private void poll(int second, Snapshots read) {
    NodeSnapshot snapshot = read.at(at(second)).build();
    PollSamples reading = sampler.read(snapshot, state);
    state = reading.history();
    history.add(snapshot, reading);
  }
}
