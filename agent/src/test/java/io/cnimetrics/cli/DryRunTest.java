package io.cnimetrics.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.testing.SystemProperties.NoMetadata;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(NoMetadata.class)
class DryRunTest {
  private final Terminal terminal = new Terminal(Map.of());

  @Test
  void simulatedNodeIsPrinted() {
    assertThat(terminal.run("dry-run", "--simulate")).isEqualTo(Cli.OK);
    assertThat(terminal.out()).startsWith("Node  ").contains("\nState\n").doesNotContain("\u001b");
    assertThat(terminal.err()).isEmpty();
  }

  @Test
  void metricsCanBeSelected() {
    terminal.run("dry-run", "--simulate", "--metrics=ipamdUp", "--output=put-metric-data");

    assertThat(terminal.out().lines().filter(line -> line.contains("MetricName")))
        .singleElement()
        .asString()
        .contains("\"ipamdUp\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"addReqCount", "awsAPILatency", "agentStarts", "subnetFreeIPs"})
  void requestWithoutDatumsIsReplacedByTheReasons(String metric) {
    String[] flags = {"dry-run", "--simulate", "--output=put-metric-data", "--metrics=" + metric};

    assertThat(terminal.run(flags)).isEqualTo(Cli.OK);
    assertThat(terminal.out()).isEmpty();
    assertThat(terminal.err())
        .startsWith("cni-metrics-agent: nothing to send: no selected metric has a value yet.");
  }

  @Test
  void nodeThatCannotBeReadGivesExitCode1AndTheReason() {
    assertThat(unread("--output=json")).isEqualTo(Cli.FAILED);
    assertThat(terminal.out()).contains("\"enis\": []").contains("\"source\": \"introspection\"");
    assertThat(terminal.err()).startsWith("cni-metrics-agent: introspection UNREACHABLE: ");
  }

  @Test
  void requestNeedsRegionAndCluster() {
    assertThat(unread("--output=put-metric-data")).isEqualTo(Cli.USAGE);
    assertThat(terminal.out()).isEmpty();
    assertThat(terminal.err())
        .containsOnlyOnce("set --region or AWS_REGION")
        .containsOnlyOnce("set --cluster-id or AWS_CLUSTER_ID")
        .contains(
            "put-metric-data needs the region: set --region",
            "put-metric-data needs the cluster name: set --cluster-id");
  }

  @Test
  void requestIsPrintedWithRegionAndCluster() {
    assertThat(unread("--output=put-metric-data", "--region=eu-west-1", "--cluster-id=c"))
        .isEqualTo(Cli.FAILED);
    assertThat(terminal.out()).contains("\"MetricName\": \"ipamdUp\"");
  }

  private int unread(String... more) {
    String[] arguments = new String[more.length + 3];
    arguments[0] = "dry-run";
    arguments[1] = "--introspection-url=unix:/nowhere/ipamd.sock";
    arguments[2] = "--metrics-url=none";
    System.arraycopy(more, 0, arguments, 3, more.length);
    return terminal.run(arguments);
  }
}
