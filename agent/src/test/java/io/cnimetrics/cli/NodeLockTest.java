package io.cnimetrics.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.config.AgentConfig;
import io.cnimetrics.config.Values;
import io.cnimetrics.testing.HealthPages;
import io.cnimetrics.testing.RecordedLog;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NodeLockTest {
  private static final Map<String, String> AGENT =
      Map.of(
          "NODE_NAME", "node-1",
          "IPAMD_INTROSPECTION_URL", "http://127.0.0.1:61679",
          "CLOUDWATCH_NAMESPACE", "Kubernetes/CNI");

  private final int port = HealthPages.onFreePort().port();
  private final List<NodeLock> locks = new ArrayList<>();

  @AfterEach
  void close() {
    locks.forEach(NodeLock::close);
  }

  @Test
  void onlyOneAgentHoldsTheLockUntilItEnds() {
    NodeLock first = lock(AGENT);
    NodeLock second = lock(AGENT);

    assertThat(first.tryHold()).isTrue();
    assertThat(second.tryHold()).isFalse();
    assertThat(second.tryHold()).isFalse();

    first.close();
    assertThat(second.tryHold()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "HEALTH_ADDRESS, 127.0.0.1:1234",
    "AWS_CLUSTER_ID, other",
    "STATE_DIR, /tmp/other",
    "METRIC_UPDATE_INTERVAL, 10"
  })
  void agentWithOtherSettingsStillDoublesTheSums(String variable, String value) {
    assertThat(lock(AGENT).tryHold()).isTrue();

    assertThat(lock(with(variable, value)).tryHold()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "NODE_NAME, node-2",
    "CLOUDWATCH_NAMESPACE, Kubernetes",
    "IPAMD_INTROSPECTION_URL, http://127.0.0.1:7000",
    "IPAMD_INTROSPECTION_URL, none"
  })
  void agentOfAnotherNodeOrNamespaceHasItsOwnLock(String variable, String value) {
    assertThat(lock(AGENT).tryHold()).isTrue();

    assertThat(lock(with(variable, value)).tryHold()).isTrue();
  }

  @Test
  void thousandNodesOnOneMachineHaveDifferentLocks() {
    assertThat(IntStream.range(0, 1_000).boxed())
        .allMatch(node -> lock(with("NODE_NAME", "ip-10-0-0-%d".formatted(node))).tryHold());
  }

  @Test
  void programThatListensOnAllAddressesIsNoAgent() throws IOException {
    try (ServerSocket other = new ServerSocket();
        RecordedLog log = new RecordedLog("io.cnimetrics.cli")) {
      other.bind(new InetSocketAddress(port));

      assertThat(lock(AGENT).tryHold()).isTrue();
      assertThat(log.lines())
          .singleElement()
          .asString()
          .contains("WARN ", "cannot find out whether another agent publishes", ":" + port);
    }
  }

  private static Map<String, String> with(String variable, String value) {
    Map<String, String> changed = new HashMap<>(AGENT);
    changed.put(variable, value);
    return changed;
  }

  private NodeLock lock(Map<String, String> environment) {
    Values values = new Values(Map.of(), environment, new ArrayList<>());
    NodeLock lock = NodeLock.of(AgentConfig.of(values, "host", MetricCatalog.names()), port);
    locks.add(lock);
    return lock;
  }
}
