package io.cnimetrics.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.event.Level;

class AgentConfigTest {
  private static final Set<String> METRICS = Set.of("eniAllocated", "ipamdErr");

  @Test
  void defaultsMatchTheDocumentation() {
    AgentConfig config = config(Map.of(), Map.of());

    assertThat(config.introspectionUrl()).contains(URI.create("http://127.0.0.1:61679"));
    assertThat(config.metricsUrl()).contains(URI.create("http://127.0.0.1:61678/metrics"));
    assertThat(config.clusterId()).isEmpty();
    assertThat(config.region()).isEmpty();
    assertThat(config.namespace()).isEqualTo("Kubernetes/CNI");
    assertThat(config.nodeName()).isEqualTo("host");
    assertThat(config.pollInterval()).isEqualTo(Duration.ofSeconds(30));
    assertThat(config.publishInterval()).isEqualTo(Duration.ofMinutes(1));
    assertThat(config.dimensions()).containsExactly(List.of(Dimension.CLUSTER_ID));
    assertThat(config.metrics()).isEqualTo(MetricSelection.ALL);
    assertThat(config.subnets()).isFalse();
    assertThat(config.maxPods()).isEmpty();
    assertThat(config.hostNetworkPods()).isEqualTo(3);
    assertThat(config.ipCooldown()).isEqualTo(Duration.ofSeconds(30));
    assertThat(config.stateDir()).isEmpty();
    assertThat(config.healthAddress())
        .isEqualTo(InetSocketAddress.createUnresolved("127.0.0.1", 61_690));
    assertThat(config.cloudwatch()).isTrue();
    assertThat(config.prometheus()).isFalse();
    assertThat(config.logLevel()).isEqualTo(Level.INFO);
    assertThat(config.logFormat()).isEqualTo(AgentConfig.LogFormat.TEXT);
  }

  @Test
  void loginInAWrongUrlIsNamedButNotShown() {
    Map<String, String> flags =
        Map.of(
            "--introspection-url", "http://user:planted@127.0.0.1:61679",
            "--metrics-url", "user:planted word@127.0.0.1");

    assertThatExceptionOfType(ConfigException.class)
        .isThrownBy(() -> config(flags, Map.of()))
        .withMessageContainingAll(
            "'http://127.0.0.1:61679' with a login", "'127.0.0.1' with a login")
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("planted", "user"));
  }

  @Test
  void flagOverridesVariable() {
    AgentConfig config =
        config(
            Map.of("--cluster-id", "flag"),
            Map.of("AWS_CLUSTER_ID", "variable", "NODE_NAME", "node"));

    assertThat(config.clusterId()).contains("flag");
    assertThat(config.nodeName()).isEqualTo("node");
  }

  @ParameterizedTest
  @MethodSource("io.cnimetrics.config.Settings#all")
  void emptyFlagIsBad(Flag<?> setting) {
    assertThat(problems(Map.of(setting.name(), ""), Map.of()))
        .singleElement()
        .asString()
        .startsWith(setting.name() + " is empty: ");
  }

  @ParameterizedTest
  @MethodSource("io.cnimetrics.config.Settings#all")
  void emptyVariableIsBad(Flag<?> setting) {
    assertThat(problems(Map.of(), Map.of(setting.variable(), "")))
        .singleElement()
        .asString()
        .startsWith(setting.variable() + " is empty: ");
  }

  @Test
  void goodFlagHidesBadVariable() {
    assertThat(config(Map.of("--region", "eu-west-1"), Map.of("AWS_REGION", "")).region())
        .contains("eu-west-1");
  }

  @Test
  void allProblemsAreReportedTogether() {
    assertThat(
            problems(
                Map.of("--max-pods", "0", "--metrics", "cpu"),
                Map.of("METRIC_UPDATE_INTERVAL", "5s")))
        .containsExactly(
            "METRIC_UPDATE_INTERVAL '5s': expected a time from 10s to 60s, such as 10s",
            "--metrics 'cpu': there is no metric 'cpu';"
                + " expected all, core, or metric names from docs/metrics.md, separated by ','",
            "--max-pods '0': expected a whole number from 1 to 10000");
  }

  @Test
  void noSourceIsBad() {
    assertThat(problems(Map.of("--introspection-url", "none"), Map.of("IPAMD_METRICS_URL", "none")))
        .containsExactly(
            "--introspection-url and --metrics-url are both none: set at least one of them");
  }

  @Test
  void oneSourceMayBeOff() {
    assertThat(config(Map.of("--metrics-url", "none"), Map.of()).metricsUrl()).isEmpty();
    assertThat(config(Map.of("--introspection-url", "none"), Map.of()).introspectionUrl())
        .isEmpty();
  }

  @Test
  void longValueIsQuotedInPart() {
    assertThat(problems(Map.of("--cluster-id", "c".repeat(2_000)), Map.of()))
        .containsExactly(
            "--cluster-id '%s…': expected 1 to 1024 printable ASCII characters"
                .formatted("c".repeat(80)));
  }

  @Test
  void longPartOfValueIsQuotedInPart() {
    String part = "c".repeat(10_000);

    assertThat(problems(Map.of("--metrics", part, "--dimensions", part), Map.of()))
        .hasSize(2)
        .allSatisfy(problem -> assertThat(problem).contains("there is no").hasSizeLessThan(400));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a\nb", "café", "\ud800"})
  void hostNameIsCheckedIfUsedAsNodeName(String hostName) {
    Values none = new Values(Map.of(), Map.of(), List.of());
    Values given = new Values(Map.of(), Map.of("NODE_NAME", "node"), List.of());

    assertThatExceptionOfType(ConfigException.class)
        .isThrownBy(() -> AgentConfig.of(none, hostName, METRICS))
        .withMessageContainingAll("the host's name", hostName, "--node-name");
    assertThat(AgentConfig.of(given, hostName, METRICS).nodeName()).isEqualTo("node");
  }

  private static AgentConfig config(Map<String, String> flags, Map<String, String> environment) {
    return AgentConfig.of(new Values(flags, environment, List.of()), "host", METRICS);
  }

  private static List<String> problems(Map<String, String> flags, Map<String, String> environment) {
    return assertThatExceptionOfType(ConfigException.class)
        .isThrownBy(() -> config(flags, environment))
        .actual()
        .problems();
  }
}
