package io.cnimetrics.simulator;

import static io.cnimetrics.simulator.Nodes.node;
import static io.cnimetrics.simulator.Nodes.pods;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EnisJsonTest {
  private static final Instant NOW = Instant.parse("2026-01-01T12:00:00.123456Z");

  // The field names of some releases, in the order in which ipamD writes the fields.
  private static final String FLAT =
      " DeviceNumber AssignedIPv4Addresses IPv4Addresses ADDRESS Address Assigned UnassignedTime";
  private static final String BEFORE_METADATA =
      " ADDRESS IPAMKey networkName containerID ifName Address UnassignedTime IsPrefix";
  private static final String WITH_METADATA =
      " ADDRESS Address IPAMKey networkName containerID ifName IPAMMetadata k8sPodNamespace"
          + " k8sPodName";
  private static final String CIDRS =
      "TotalIPs AssignedIPs ENIs ENI ID IsPrimary IsTrunk IsEFA DeviceNumber AvailableIPv4Cidrs"
          + " CIDR Cidr IP Mask";

  @ParameterizedTest
  @ValueSource(strings = {"v1.5.7", "v1.6.4"})
  void poolsAreFlatUpTo16(String version) throws IOException {
    assertThat(fields(version))
        .isEqualTo("TotalIPs AssignedIPs ENIIPPools ENI IsPrimary ID" + FLAT);
  }

  @Test
  void onlyAssignmentIsWrittenBefore15() throws IOException {
    assertThat(fields("v1.4.1"))
        .isEqualTo(
            "TotalIPs AssignedIPs ENIIPPools ENI IsPrimary ID DeviceNumber AssignedIPv4Addresses"
                + " IPv4Addresses ADDRESS Assigned");
  }

  @ParameterizedTest
  @CsvSource({"v1.7.0, ''", "v1.7.10, ' IsEFA'", "v1.8.0, ' IsEFA'"})
  void poolKeysCameWith17(String version, String efa) throws IOException {
    assertThat(fields(version))
        .isEqualTo(
            "TotalIPs AssignedIPs ENIs ENI ID IsPrimary IsTrunk"
                + efa
                + " DeviceNumber IPv4Addresses ADDRESS IPAMKey networkName containerID ifName"
                + " Address UnassignedTime");
  }

  @Test
  void cidrsCameWith19() throws IOException {
    assertThat(fields("v1.9.3")).isEqualTo(CIDRS + " IPv4Addresses" + BEFORE_METADATA);
  }

  @Test
  void listIsRenamedIn110() throws IOException {
    assertThat(fields("v1.10.4"))
        .isEqualTo(CIDRS + " IPAddresses" + BEFORE_METADATA + " AddressFamily IPv6Cidrs");
  }

  @ParameterizedTest
  @ValueSource(strings = {"v1.11.0", "v1.15.5", "v1.18.6", "v1.19.2"})
  void metadataCameWith111(String version) throws IOException {
    assertThat(fields(version))
        .isEqualTo(
            CIDRS
                + " IPAddresses"
                + WITH_METADATA
                + " AssignedTime UnassignedTime IsPrefix AddressFamily IPv6Cidrs");
  }

  @ParameterizedTest
  @CsvSource({
    "v1.20.0, ''",
    "v1.20.5, ' RouteTableID'",
    "v1.21.2, ' RouteTableID'",
    "v1.22.0, ' IsExcludedForPodIPs RouteTableID SubnetID'",
    "v1.23.1, ' IsExcludedForPodIPs RouteTableID SubnetID'",
  })
  void networkCardsCameWith120(String version, String last) throws IOException {
    assertThat(fields(version))
        .isEqualTo(
            "0 "
                + CIDRS
                + " IPAddresses"
                + WITH_METADATA
                + " interfacesCount AssignedTime UnassignedTime IsPrefix AddressFamily IPv6Cidrs"
                + last);
  }

  @Test
  void containerIsBlankFrom123() {
    assertThat(body("v1.22.4", "100")).doesNotContain("\"aws-cni\",\"containerID\":\"\"");
    assertThat(body("v1.23.0", "100"))
        .contains("{\"networkName\":\"aws-cni\",\"containerID\":\"\",\"ifName\":\"\"}")
        .doesNotContain("eth0");
  }

  @Test
  void addressesNeverUsedAreNotListed() {
    String body = body("v1.23.1", "10");

    assertThat(count(body, "\"\\d[\\d.]+/32\":")).isEqualTo(28);
    assertThat(count(body, "\"Address\":")).isEqualTo(10);
  }

  @Test
  void prefixHasItsMask() {
    SimulatedNode node = node(Scenario.of("m5.xlarge").prefixDelegation(true));
    node.advanceTo(Duration.ofMinutes(1));

    assertThat(EnisJson.of(node, NOW))
        .contains(
            "\"10.120.0.0/28\":{\"Cidr\":{\"IP\":\"10.120.0.0\",\"Mask\":\"////8A==\"},"
                + "\"IPAddresses\":{},\"IsPrefix\":true,\"AddressFamily\":\"\"}");
  }

  @Test
  void ageOfACoolingAddressIsItsModelAge() {
    SimulatedNode node = node(pods("10:9:0.02").speed(100));
    node.advanceTo(Duration.ofMillis(60_500));

    assertThat(EnisJson.of(node, NOW))
        .contains("\"UnassignedTime\":\"2026-01-01T11:59:49.623456Z\"");
  }

  @ParameterizedTest
  @CsvSource({
    "2026-01-01T12:00:00Z,             2026-01-01T12:00:00Z",
    "2026-01-01T12:00:00.120Z,         2026-01-01T12:00:00.12Z",
    "2026-01-01T12:00:00.000000001Z,   2026-01-01T12:00:00.000000001Z",
  })
  void timesHaveNoTrailingZeros(Instant time, String written) {
    SimulatedNode node = node(pods("1"));
    node.advanceTo(Duration.ZERO);

    assertThat(EnisJson.of(node, time)).contains("\"AssignedTime\":\"" + written + "\"");
  }

  private static String body(String version, String pods) {
    SimulatedNode node = node(pods(pods).cniVersion(CniVersion.parse(version)));
    node.advanceTo(Duration.ofMinutes(1));
    return EnisJson.of(node, NOW);
  }

  private static int count(String body, String pattern) {
    return (int) Pattern.compile(pattern).matcher(body).results().count();
  }

  /**
   * All field names in the order of first occurrence. A name that is an id is replaced by the kind
   * of the id.
   */
  private static String fields(String version) throws IOException {
    Set<String> fields = new LinkedHashSet<>();
    try (JsonParser json = new JsonFactory().createParser(body(version, "100"))) {
      for (JsonToken token = json.nextToken(); token != null; token = json.nextToken()) {
        if (token == JsonToken.FIELD_NAME) {
          fields.add(kind(json.currentName()));
        }
      }
    }
    return String.join(" ", fields);
  }

  private static String kind(String field) {
    Matcher ip = Pattern.compile("[\\d.]+\\.\\d+(/32)?").matcher(field);
    if (ip.matches()) {
      return ip.group(1) == null ? "ADDRESS" : "CIDR";
    }
    return field.startsWith("eni-") ? "ENI" : field;
  }
}
