package io.cnimetrics.simulator;

import static io.cnimetrics.simulator.Nodes.node;
import static io.cnimetrics.simulator.Nodes.pods;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MetricsTextTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00.987Z");

  @ParameterizedTest
  @CsvSource({
    "awscni_force_removed_enis,             v1.5.7,  v1.6.0",
    "awscni_total_ipv4_prefixes,            v1.8.0,  v1.9.0",
    "awscni_build_info,                     v1.9.3,  v1.10.0",
    "awscni_assigned_ip_per_cidr,           v1.9.3,  v1.10.0",
    "awscni_ec2api_req_count,               v1.12.0, v1.12.1",
    "awscni_no_available_ip_addresses,      v1.15.0, v1.15.1",
    "awscni_assigned_ip_per_eni,            v1.15.0, v1.15.1",
    "awscni_ipamd_startup_duration_seconds, v1.19.6, v1.20.0",
    "awscni_connmark_backend,               v1.22.4, v1.23.0",
  })
  void eachFamilyExistsFromItsFirstReleaseOn(String family, String before, String since) {
    assertThat(text(before)).doesNotContain(family);
    assertThat(text(since)).contains("# TYPE " + family + " ");
  }

  @Test
  void perCidrFamilyHadAnotherNameIn19() {
    assertThat(text("v1.9.3"))
        .contains("awscni_assigned_ip_per_ipv4cidr{cidr=\"10.20.0.10/32\"} 1\n");
    assertThat(text("v1.10.4")).doesNotContain("ipv4cidr");
  }

  @ParameterizedTest
  @CsvSource({
    "v1.15.5, counter",
    "v1.16.0, gauge",
    "v1.18.6, gauge",
    "v1.19.0, counter",
    "v1.19.2, gauge",
    "v1.19.3, gauge",
    "v1.19.4, counter",
    "v1.23.1, counter",
  })
  void someCountersWereTypedAsGauges(String version, String type) {
    assertThat(text(version))
        .contains("# TYPE awscni_add_ip_req_count " + type + "\n")
        .contains("# TYPE awscni_force_removed_ips " + type + "\n")
        .contains("# TYPE awscni_reconcile_count counter\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"v1.5.7", "v1.7.10"})
  void latencyHasQuantilesUpTo17(String version) {
    assertThat(text(version))
        .contains(
            "awscni_aws_api_latency_ms{api=\"GetMetadata\",error=\"false\",quantile=\"0.5\"} NaN\n")
        .contains("awscni_aws_api_latency_ms_count{api=\"GetMetadata\",error=\"false\"} 3\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"v1.8.0", "v1.23.1"})
  void latencyHasAStatusFrom18(String version) {
    assertThat(text(version))
        .doesNotContain("awscni_aws_api_latency_ms{")
        .contains(
            "awscni_aws_api_latency_ms_count{api=\"CreateTags\",error=\"false\",status=\"200\"}"
                + " 1\n");
  }

  @Test
  void gaugesShowTheStateOfTheNode() {
    assertThat(text("v1.23.1"))
        .contains("\nawscni_eni_max 4\n")
        .contains("\nawscni_ip_max 56\n")
        .contains("\nawscni_eni_allocated 4\n")
        .contains("\nawscni_total_ip_addresses 56\n")
        .contains("\nawscni_assigned_ip_addresses 56\n")
        .contains("\nawscni_total_ipv4_prefixes 0\n")
        .contains("\nawscni_build_info{goversion=\"go1.26.8\",version=\"\"} 1\n")
        .contains("\nprocess_start_time_seconds 1.76722560098e+09\n")
        .contains("_bucket{success=\"true\",le=\"+Inf\"} 1\n");
  }

  @Test
  void everyFamilyIsDescribedOnceAndInOrder() {
    List<String> types = text("v1.23.1").lines().filter(line -> line.startsWith("# TYPE")).toList();

    assertThat(types).isSorted().doesNotHaveDuplicates().hasSizeGreaterThan(25);
  }

  @Test
  void labelledCounterIsAbsentUntilItsFirstIncrement() {
    assertThat(text("v1.23.1"))
        .doesNotContain("awscni_ipamd_error_count")
        .contains("awscni_force_removed_enis 0\n");
  }

  @Test
  void labelsAreEscaped() {
    Counters counters = new Counters();
    counters.increment("n", "error", "a \"quote\", a \\ and a\nnewline", "fn", "f");

    assertThat(counters.of("n"))
        .containsOnlyKeys("error=\"a \\\"quote\\\", a \\\\ and a\\nnewline\",fn=\"f\"");
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "56, 56",
    "0.5, 0.5",
    "999999, 999999",
    "1000000, 1e+06",
    "1159168, 1.159168e+06",
    "1795225175.75, 1.79522517575e+09",
    "0.00001, 1e-05",
    "-1, -1",
  })
  void numbersHaveTheFormatOfGo(double value, String text) {
    assertThat(MetricsText.number(value)).isEqualTo(text);
  }

  private static String text(String version) {
    SimulatedNode node = node(pods("100").cniVersion(CniVersion.parse(version)));
    node.advanceTo(Duration.ofSeconds(100));
    return MetricsText.of(node, START);
  }
}
