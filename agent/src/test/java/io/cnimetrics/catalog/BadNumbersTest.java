package io.cnimetrics.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.capacity.PodLimits;
import io.cnimetrics.catalog.Sampler.PollSamples;
import io.cnimetrics.testing.FakeIpamd;
import io.cnimetrics.testing.NodeUnderTest;
import io.cnimetrics.testing.RecordedNode;
import io.cnimetrics.testing.Snapshots;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A bad number of ipamD costs only the metrics that need this number. */
class BadNumbersTest {
  private static final String START = "process_start_time_seconds 1700000000\n";

  @AutoClose private final FakeIpamd ipamd = new FakeIpamd().serve(RecordedNode.of("v1.23.1/seed"));
  private final NodeUnderTest node = new NodeUnderTest(ipamd);

  @ParameterizedTest
  @ValueSource(strings = {"-1", "-1e300", "1e120", "1e308", "NaN", "+Inf", "-Inf"})
  void badCounterIsLeftOutWithAProblemAndAllOthersAreRead(String bad) {
    Map<String, Double> good = poll("5", "7").increases();
    Map<String, Double> others = poll(bad, "9").increases();

    assertThat(others).containsEntry("delReqCount", 2.0);
    Set<String> missing = new TreeSet<>(good.keySet());
    missing.removeAll(others.keySet());
    assertThat(missing).isSubsetOf("addReqCount");
    assertThat(others).doesNotContainKey("addReqCount");
    assertThat(node.totals()).doesNotContainKey("addReqCount").containsKey("delReqCount");
    assertThat(node.json().get("problems").toString())
        .contains("left out: addReqCount; all other metrics are read");
  }

  @Test
  void badCounterContinuesFromItsLastGoodTotal() {
    poll("5", "7");
    poll("-3", "7");
    poll("8", "7");

    assertThat(node.increase("addReqCount")).isEqualTo(3);
    assertThat(node.json().get("problems").toString()).doesNotContain("left out");
  }

  @Test
  void samplesWhoseSumOverflowsAreOneBadNumber() {
    poll("5", "7");
    serve(
        START
            + "awscni_ipamd_error_count{fn=\"a\"} 1e308\n"
            + "awscni_ipamd_error_count{fn=\"b\"} 1e308\n"
            + "awscni_add_ip_req_count 6\nawscni_del_ip_req_count 8\n");
    node.poll();

    assertThat(node.increases())
        .doesNotContainKey("ipamdErr")
        .containsEntry("addReqCount", 1.0)
        .containsEntry("delReqCount", 1.0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1e300", "1e120", "1e300", "NaN", "Inf"})
  void badGaugeIsLeftOutAndAllOthersAreRead(String bad) {
    serve(
        START
            + "awscni_add_ip_req_count 6\nawscni_eni_max 4\nawscni_ip_max "
            + bad
            + "\nawscni_ipamd_action_inprogress{fn=\"a\"} "
            + bad
            + "\n");
    node.poll();

    assertThat(node.gauges())
        .doesNotContainKeys("maxIPAddresses", "ipamdActionInProgress")
        .containsKeys("eniMaxAvailable", "assignIPAddresses", "ipamdUp");
    assertThat(node.totals()).containsKey("addReqCount");
    assertThat(node.json().get("problems").toString())
        .contains("maxIPAddresses", "ipamdActionInProgress");
  }

  @Test
  void gaugeBelowZeroIsZero() {
    serve(START + "awscni_ipamd_action_inprogress{fn=\"a\"} -1\n");
    node.poll();

    assertThat(node.gauge("ipamdActionInProgress")).isZero();
    assertThat(node.json().get("problems").toString()).doesNotContain("left out");
  }

  @Test
  void limitOfEnisThatNoNodeHasDoesNotOverflow() {
    serve(START + "awscni_eni_max 1e18\nawscni_ip_max 9e20\n");
    node.poll();

    assertThat(node.gauge("effectiveMaxIPAddresses")).isEqualTo(107);
  }

  @ParameterizedTest
  @ValueSource(doubles = {-1e308, -1, 1e308})
  void storedTotalThatNoCounterHasIsUnknown(double stored) {
    Sampler sampler = new Sampler(MetricCatalog.all(), new PodLimits(110, 3), Snapshots.START);
    SamplerState history =
        SamplerState.of(Map.of("totals", 1.0, "total.awscni_ipamd_error_count", stored));
    PollSamples reading =
        sampler.read(
            Snapshots.nothingRead().processStart(1).sum("awscni_ipamd_error_count", 12).build(),
            history);

    assertThat(reading.rose()).isEmpty();
    assertThat(reading.history().toNumbers()).containsEntry("total.awscni_ipamd_error_count", 12.0);
  }

  @Test
  void minuteKeepsItsValueIfTheSumWouldBeTooLarge() {
    Sample large =
        new Sample(MetricCatalog.IPAMD_ERR, OptionalDouble.of(0x1p360), OptionalDouble.of(0x1p360));

    assertThat(large.and(large)).isEqualTo(large);
  }

  private NodeUnderTest poll(String adds, String deletes) {
    serve(
        START
            + "awscni_add_ip_req_count %s\nawscni_del_ip_req_count %s\n".formatted(adds, deletes));
    return node.poll();
  }

  private void serve(String text) {
    ipamd.serve("/metrics", text);
  }
}
