package io.cnimetrics.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.assertj.core.api.ThrowableAssertAlternative;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.event.Level;

class ParsersTest {
  private static final Set<String> METRICS = Set.of("eniAllocated", "ipamdErr");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://127.0.0.1:61679",
        "http://[::1]:61679",
        "http://node",
        "http://node:1/some/prefix"
      })
  void introspectionIsAtHttpAddress(String text) {
    assertThat(Parsers.introspectionUrl(text)).contains(URI.create(text));
  }

  @ParameterizedTest
  @CsvSource({
    "unix:/run/ipamd.sock, /run/ipamd.sock",
    "unix:///run/ipamd.sock, /run/ipamd.sock",
    "unix:/run/a b%41?c, /run/a b%41?c"
  })
  void introspectionMayBeAtUnixSocket(String text, String path) {
    assertThat(Parsers.introspectionUrl(text))
        .hasValueSatisfying(
            url -> {
              assertThat(url.getScheme()).isEqualTo("unix");
              assertThat(url.getPath()).isEqualTo(path);
            });
  }

  @Test
  void sourceMayBeSwitchedOff() {
    assertThat(Parsers.introspectionUrl("none")).isEmpty();
    assertThat(Parsers.metricsUrl("none")).isEmpty();
    assertThat(Parsers.introspectionUrl("None")).isEmpty();
    assertThat(Parsers.metricsUrl("NONE")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "127.0.0.1:61679",
        "https://127.0.0.1",
        "http://",
        "http://a b",
        "http://h:0",
        "http://h:65536",
        "http://h:x",
        "http://[fe80::1%25eth0]:1",
        "http://a.é:1",
        "http://user@h",
        "http://h?q",
        "http://h#f",
        "unix:",
        "unix:/",
        "unix://",
        "unix:relative",
        "file:/x"
      })
  void otherIntrospectionUrlsAreRejected(String text) {
    assertRejected(() -> Parsers.introspectionUrl(text))
        .withMessage("expected http://HOST:PORT, unix:/PATH or none");
  }

  /** Without this error an HTTP client would use port 80. */
  @ParameterizedTest
  @ValueSource(strings = {"http://h:", "http://h:/", "http://[::1]:", "http://127.0.0.1:/metrics"})
  void missingPortAfterColonIsBad(String text) {
    assertRejected(() -> Parsers.metricsUrl(text))
        .withMessage("the port after ':' is missing; expected http://HOST:PORT/PATH or none");
  }

  @ParameterizedTest
  @ValueSource(ints = {64, 10_000})
  void labelOfHostHasUpTo63Characters(int length) {
    assertThat(Parsers.metricsUrl("http://%s.b:1".formatted("a".repeat(63)))).isPresent();
    assertRejected(() -> Parsers.metricsUrl("http://%s.b:1".formatted("a".repeat(length))));
  }

  @Test
  void hostHasUpTo253Characters() {
    String label = "a".repeat(49) + ".";

    assertThat(Parsers.metricsUrl("http://%sabc:1".formatted(label.repeat(5)))).isPresent();
    assertRejected(() -> Parsers.metricsUrl("http://%sabcd:1".formatted(label.repeat(5))));
    assertRejected(() -> Parsers.metricsUrl("http://%sb:1".formatted("a.".repeat(10_000))));
  }

  @Test
  void introspectionUrlHasNoPathToEnis() {
    assertRejected(() -> Parsers.introspectionUrl("http://h:1/v1/enis"))
        .withMessageContaining("without /v1/enis");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "unix:/x", "http://", "ftp://h/metrics"})
  void metricsAreOnlyAtHttpAddress(String text) {
    assertRejected(() -> Parsers.metricsUrl(text));
  }

  @Test
  void clusterIdHasUpTo1024Characters() {
    String longest = "c".repeat(1_024);

    assertThat(Parsers.clusterId(longest)).isEqualTo(longest);
    assertThat(Parsers.clusterId("a b ~!")).isEqualTo("a b ~!");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "é", "a\tb", "\u001b[31m"})
  void clusterIdIsPrintableAscii(String text) {
    assertRejected(() -> Parsers.clusterId(text))
        .withMessage("expected 1 to 1024 printable ASCII characters");
  }

  @ParameterizedTest
  @ValueSource(strings = {" prod", "prod ", "prod\n", "prod\r\n"})
  void nameOfClusterOrNamespaceHasNoBlankEnds(String text) {
    assertRejected(() -> Parsers.clusterId(text))
        .withMessageContaining("has whitespace at the start or at the end");
    assertRejected(() -> Parsers.namespace(text))
        .withMessageContaining("has whitespace at the start or at the end");
  }

  @Test
  void longerClusterIdIsBad() {
    assertRejected(() -> Parsers.clusterId("c".repeat(1_025)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"eu-west-1", "us-gov-west-1", "ap-southeast-12", "cn-north-1"})
  void regionsOfAllPartitionsAreAccepted(String text) {
    assertThat(Parsers.region(text)).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "eu", "EU-WEST-1", "eu-west-1a", "eu west 1"})
  void otherRegionsAreRejected(String text) {
    assertRejected(() -> Parsers.region(text)).withMessageContaining("eu-west-1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-a", "-aaaaaaaaaaaaaaaaaaaa"})
  void longRegionIsRejected(String part) {
    assertRejected(() -> Parsers.region("us" + part.repeat(5_000) + "-1"))
        .withMessageContaining("eu-west-1");
    assertRejected(() -> Parsers.region("us-" + "a".repeat(10_000) + "-1"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"Kubernetes/CNI", "Kubernetes", "a b", "a:b"})
  void namespaceIsAcceptedByCloudWatch(String text) {
    assertThat(Parsers.namespace(text)).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", ":a", "a\"b", "AWS/EC2"})
  void otherNamespacesAreRejected(String text) {
    assertRejected(() -> Parsers.namespace(text));
  }

  @ParameterizedTest
  @CsvSource({"10, 10", "10s, 10", "030, 30", "60s, 60", "1m, 60"})
  void timeHasUnitOrIsInSeconds(String text, long seconds) {
    assertThat(time(text)).isEqualTo(Duration.ofSeconds(seconds));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "9", "61s", "-30", "30ms", "1.5m", "1h", "9999999", "30 s"})
  void timeOutOfBoundsIsBad(String text) {
    assertRejected(() -> time(text)).withMessage("expected a time from 10s to 60s, such as 10s");
  }

  private static Duration time(String text) {
    return FlagType.time(text, Duration.ofSeconds(10), Duration.ofSeconds(60));
  }

  @ParameterizedTest
  @CsvSource({"60, 1", "60s, 1", "120, 2", "5m, 5", "300s, 5"})
  void publishIntervalIsWholeMinutes(String text, long minutes) {
    assertThat(Parsers.publishInterval(text)).isEqualTo(Duration.ofMinutes(minutes));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "59", "90s", "301s", "6m", "1h", "5min"})
  void otherPublishIntervalsAreRejected(String text) {
    assertRejected(() -> Parsers.publishInterval(text))
        .withMessage("expected whole minutes from 60s to 300s, such as 1m or 5m");
  }

  @Test
  void dimensionsComeInSetsOfOneOrder() {
    assertThat(Dimension.sets("CLUSTER_ID; node, CLUSTER_ID"))
        .containsExactly(
            List.of(Dimension.CLUSTER_ID), List.of(Dimension.CLUSTER_ID, Dimension.NODE));
  }

  @ParameterizedTest
  @CsvSource({
    "'', expected sets of dimensions",
    "CLUSTER_ID;, there is no dimension ''",
    "CLUSTER_ID;POD, there is no dimension 'POD'",
    "'NODE,NODE', NODE occurs twice",
    "'NODE,CLUSTER_ID;CLUSTER_ID,NODE', occurs twice"
  })
  void badDimensionIsNamed(String text, String message) {
    assertRejected(() -> Dimension.sets(text)).withMessageContaining(message);
  }

  @Test
  void metricsAreAllOrCoreOrNamed() {
    assertThat(MetricSelection.parse("all").of(METRICS)).isEqualTo(MetricSelection.ALL);
    assertThat(MetricSelection.parse("Core").of(METRICS)).isEqualTo(MetricSelection.CORE);
    assertThat(MetricSelection.parse("ipamdErr, eniAllocated").of(METRICS))
        .isEqualTo(new MetricSelection(METRICS));
  }

  @Test
  void selectionIncludesOnlySelectedMetrics() {
    assertThat(MetricSelection.ALL.includes("noAddressMinutes", false)).isTrue();
    assertThat(MetricSelection.CORE.includes("ipamdErr", true)).isTrue();
    assertThat(MetricSelection.CORE.includes("noAddressMinutes", false)).isFalse();
    assertThat(new MetricSelection(METRICS).includes("ipamdErr", true)).isTrue();
    assertThat(new MetricSelection(METRICS).includes("eniMaxAvailable", true)).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"free, free", "'ipamdErr,', ''", "'ipamdErr,core', core"})
  void unknownMetricIsNamed(String text, String name) {
    assertRejected(() -> MetricSelection.parse(text).of(METRICS))
        .withMessageStartingWith("there is no metric '%s'; expected all, core", name);
  }

  @ParameterizedTest
  @CsvSource({"ENIallocated, eniAllocated", "ipamdError, ipamdErr", "ipamd, ipamdErr"})
  void misspeltMetricSuggestsTheNearestName(String text, String meant) {
    assertRejected(() -> MetricSelection.parse(text).of(METRICS))
        .withMessage("there is no metric '%s'; did you mean %s?", text, meant);
  }

  @Test
  void emptyMetricsAreBad() {
    assertRejected(() -> MetricSelection.parse("").of(METRICS))
        .withMessage("expected all, core, or metric names from docs/metrics.md, separated by ','");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-1", "11", "+5", "1.0", " 1", "99999999999"})
  void numberOutOfBoundsIsBad(String text) {
    assertRejected(() -> FlagType.number(text, 0, 10))
        .withMessage("expected a whole number from 0 to 10");
  }

  @Test
  void boundsAreAccepted() {
    assertThat(FlagType.number("0", 0, 10)).isZero();
    assertThat(FlagType.number("10", 0, 10)).isEqualTo(10);
  }

  @Test
  void boolIsTrueOrFalse() {
    assertThat(FlagType.SWITCH.parser().apply("true")).isTrue();
    assertThat(FlagType.SWITCH.parser().apply("True")).isTrue();
    assertThat(FlagType.SWITCH.parser().apply("FALSE")).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "yes", "1", "t", "on"})
  void otherSwitchValuesAreBad(String text) {
    assertRejected(() -> FlagType.SWITCH.parser().apply(text))
        .withMessage("expected true or false");
  }

  @Test
  void caseOfConstantIsIgnored() {
    assertThat(constant(Level.class, "debug")).isEqualTo(Level.DEBUG);
    assertThat(constant(AgentConfig.LogFormat.class, "JSON")).isEqualTo(AgentConfig.LogFormat.JSON);
  }

  private static <E extends Enum<E>> E constant(Class<E> type, String text) {
    return FlagType.oneOf("NAME", type).parser().apply(text);
  }

  @Test
  void otherConstantListsTheChoice() {
    assertRejected(() -> constant(AgentConfig.LogFormat.class, "xml"))
        .withMessage("expected one of text, json");
  }

  @Test
  void directoryIsAbsolute() {
    assertThat(Parsers.directory("/var/lib/x")).isEqualTo(Path.of("/var/lib/x"));
    assertRejected(() -> Parsers.directory("x"));
    assertRejected(() -> Parsers.directory(""));
  }

  @ParameterizedTest
  @CsvSource({"127.0.0.1:61690, 127.0.0.1", "[::1]:61690, ::1", "host:61690, host"})
  void addressIsHostAndPort(String text, String host) {
    assertThat(Parsers.address(text)).isEqualTo(InetSocketAddress.createUnresolved(host, 61_690));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "61690",
        ":61690",
        "h:",
        "h:0",
        "h:65536",
        "::1:61690",
        "h:x",
        "[]:1",
        "a b:1"
      })
  void otherAddressesAreRejected(String text) {
    assertRejected(() -> Parsers.address(text));
  }

  private static ThrowableAssertAlternative<? extends Throwable> assertRejected(
      ThrowingCallable parser) {
    return assertThatIllegalArgumentException().isThrownBy(parser);
  }
}
