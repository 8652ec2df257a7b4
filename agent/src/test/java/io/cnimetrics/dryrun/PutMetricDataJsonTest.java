package io.cnimetrics.dryrun;

import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.testing.Json;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PutMetricDataJsonTest {
  private static final Map<String, String> CLUSTER = Map.of("CLUSTER_ID", "payments");

  @Test
  void requestHasTheShapeOfTheAwsCli() {
    Map<?, ?> request = request(Reports.healthy(), List.of(CLUSTER));

    assertThat(names(request)).containsExactly("Namespace", "MetricData");
    assertThat(datums(request)).isNotEmpty().allSatisfy(PutMetricDataJsonTest::checkDatum);
  }

  private static void checkDatum(Map<?, ?> datum) {
    assertThat(names(datum))
        .containsExactly("MetricName", "Dimensions", "Timestamp", "Value", "Unit");
    assertThat(datum.get("MetricName")).asString().matches("[A-Za-z0-9]{1,255}");
    assertThat(datum.get("Dimensions"))
        .isEqualTo(List.of(Map.of("Name", "CLUSTER_ID", "Value", "payments")));
    assertThat(datum.get("Timestamp")).isEqualTo("2026-11-20T10:01:00Z");
    assertThat(datum.get("Value")).isInstanceOf(Double.class);
    assertThat(datum.get("Unit")).isIn("Count", "Percent", "Milliseconds");
  }

  @Test
  void counterHasNoDatumBeforeTheSecondPoll() {
    assertThat(metricNames(request(Reports.prefixMode(), List.of(CLUSTER))))
        .contains("eniAllocated")
        .doesNotContain("ipamdErr");
    assertThat(metricNames(request(Reports.healthy(), List.of(CLUSTER)))).contains("ipamdErr");
  }

  @Test
  void everySetOfDimensionsGetsEachMetricOnce() {
    Map<?, ?> one = request(Reports.healthy(), List.of(CLUSTER));
    Map<?, ?> two = request(Reports.healthy(), List.of(CLUSTER, Map.of("NODE", "n")));

    assertThat(datums(two)).hasSize(2 * datums(one).size());
  }

  @Test
  void moreThanAThousandDatumsNeedAnotherRequest() {
    List<Map<String, String>> sets =
        IntStream.range(0, 50).mapToObj(number -> Map.of("NODE", "n" + number)).toList();

    List<Map<?, ?>> requests =
        PutMetricDataJson.of(PolledMinute.of(Reports.healthy()), "Kubernetes/CNI", sets, false)
            .lines()
            .<Map<?, ?>>map(Json::object)
            .toList();

    assertThat(requests).hasSize(2);
    assertThat(datums(requests.get(0))).hasSize(1_000);
  }

  private static Map<?, ?> request(Report report, List<Map<String, String>> dimensions) {
    return Json.object(
        PutMetricDataJson.of(PolledMinute.of(report), "Kubernetes/CNI", dimensions, true));
  }

  private static List<String> names(Map<?, ?> object) {
    return object.keySet().stream().map(String::valueOf).toList();
  }

  private static List<String> metricNames(Map<?, ?> request) {
    return datums(request).stream().map(datum -> String.valueOf(datum.get("MetricName"))).toList();
  }

  private static List<Map<?, ?>> datums(Map<?, ?> request) {
    return Json.members(request, "MetricData");
  }
}
