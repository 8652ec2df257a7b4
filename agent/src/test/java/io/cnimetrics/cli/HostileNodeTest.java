package io.cnimetrics.cli;

import static io.cnimetrics.cli.HostileName.assertVisible;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.cnimetrics.testing.FakeIpamd;
import io.cnimetrics.testing.RecordedNode;
import io.cnimetrics.testing.SystemProperties.NoMetadata;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** For any names from ipamD, the JSON output parses and a terminal gets visible text only. */
@ExtendWith(NoMetadata.class)
class HostileNodeTest {
  private static final RecordedNode NODE = RecordedNode.of("v1.23.1/seed");
  private static final String PRIMARY = "eni-0e26fc5f2f8809236";
  private static final int LONGEST_LINE = 1_500;

  @AutoClose private final FakeIpamd ipamd = new FakeIpamd().serve(NODE);

  @ParameterizedTest
  @EnumSource
  void interfacesWithHostileNames(HostileName name) {
    assertShownOrReported(PRIMARY, name, "id");
  }

  @ParameterizedTest
  @EnumSource
  void subnetsWithHostileNames(HostileName name) {
    assertShownOrReported("subnet-04c5759578a90e0e4", name, "subnetId");
  }

  @ParameterizedTest
  @EnumSource
  void addressesWithHostileNames(HostileName name) {
    serveWith("10.20.0.10", name);

    assertPrintable();
  }

  @ParameterizedTest
  @EnumSource
  void podsAndNamespacesWithHostileNames(HostileName name) {
    ipamd.serve(
        "/v1/enis", enis().replace("shop", json(name)).replace("web-6c9f7d8b9c", json(name)));

    assertThat(isReported(assertPrintable(), "introspection")).isFalse();
  }

  @ParameterizedTest
  @EnumSource
  void malformedPlacesWithHostileNames(HostileName name) {
    ipamd.serve("/v1/enis", enis().replace(PRIMARY, json(name)).replace("DeviceNumber", "Number"));

    assertThat(isReported(assertPrintable(), "UNEXPECTED_SHAPE")).isTrue();
  }

  @Test
  void deepPlaceInABodyIsShortened() {
    String deep = "{\"%s\":".formatted("a".repeat(400)).repeat(20);
    ipamd.serve("/v1/enis", deep + "?");

    assertThat(assertPrintable().get("problems").toString())
        .hasSizeLessThan(1_000)
        .contains("MALFORMED");
  }

  @ParameterizedTest
  @EnumSource
  void releasesWithHostileNames(HostileName name) {
    ipamd.serve("/metrics", NODE.metrics().replace("v1.23.1", label(name)));

    JsonNode document = assertPrintable();

    assertThat(isReported(document, "metrics")).isFalse();
    assertThat(document.get("node").get("cniVersion").asText()).hasSizeLessThanOrEqualTo(256);
  }

  @ParameterizedTest
  @EnumSource
  void errorsWithHostileNames(HostileName name) {
    ipamd.serve("/metrics", NODE.metrics().replace("=\"", "=\"" + label(name)));

    assertThat(isReported(assertPrintable(), "metrics")).isFalse();
  }

  @ParameterizedTest
  @EnumSource
  void metricLinesWithHostileNames(HostileName name) {
    ipamd.serve("/metrics", NODE.metrics() + "awscni_" + name.text() + " " + name.text() + "\n");

    assertPrintable();
  }

  private void assertShownOrReported(String before, HostileName name, String field) {
    serveWith(before, name);

    JsonNode document = assertPrintable();

    assertThat(document.get("enis").findValuesAsText(field).contains(name.text()))
        .isNotEqualTo(isReported(document, "UNEXPECTED_SHAPE"));
  }

  private void serveWith(String name, HostileName instead) {
    ipamd.serve("/v1/enis", enis().replace(name, json(instead)));
  }

  private static String enis() {
    return NODE.enisAt(Instant.now());
  }

  private static String json(HostileName name) {
    String quoted = new TextNode(name.text()).toString();
    return quoted.substring(1, quoted.length() - 1);
  }

  private static String label(HostileName name) {
    return name.text().replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
  }

  private static boolean isReported(JsonNode document, String part) {
    return document.get("problems").toString().contains("\"" + part + "\"");
  }

  /** Runs all outputs and returns the dry run's document. */
  private JsonNode assertPrintable() {
    for (String output : List.of("table", "prometheus")) {
      ask("dry-run", "--output=" + output);
    }
    assertThat(RecordedNode.json(ask("dry-run", "--output=put-metric-data")).get("MetricData"))
        .isNotEmpty();
    ask("doctor", "--verbose");
    assertThat(RecordedNode.json(ask("doctor", "--output=json")).get("findings")).isNotEmpty();
    return RecordedNode.json(ask("dry-run", "--output=json"));
  }

  private String ask(String... words) {
    List<String> all = new ArrayList<>(List.of(words));
    all.add("--introspection-url=" + ipamd.introspectionUrl());
    all.add("--metrics-url=" + ipamd.metricsUrl());
    all.addAll(List.of("--cluster-id=c", "--region=eu-west-1", "--node-name=n"));
    Terminal terminal = new Terminal(Map.of());
    terminal.run(all.toArray(String[]::new));
    assertVisible(terminal.out());
    assertVisible(terminal.err());
    assertThat(terminal.err().lines()).allMatch(line -> line.length() <= LONGEST_LINE);
    return terminal.out();
  }
}
