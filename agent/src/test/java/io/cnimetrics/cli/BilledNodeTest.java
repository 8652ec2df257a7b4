package io.cnimetrics.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.catalog.Metric;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.otlp.BilledPoints;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The bytes from which {@code plan}, docs/plan.md and docs/otlp.md calculate the price of OTLP. */
class BilledNodeTest {
  private static final List<Metric> ALL =
      MetricCatalog.all().stream().filter(metric -> !metric.isOfSubnet()).toList();

  @Test
  void pointsHaveTheDocumentedBytes() {
    BilledPoints node = BilledNode.points(ALL, Map.of());

    // OTLP does not get agentStarts, but it gets cni_node_info.
    assertThat(node.points()).isEqualTo(ALL.size());
    assertThat(node.bytes()).isEqualTo(9_666);
    assertThat(node.leastBytes()).isEqualTo(6_092);
  }

  /** A month of 30 days at $0.50 a GB. */
  @Test
  void nodeCostsAtMostTheTarget() {
    double month = BilledNode.points(ALL, Map.of()).bytes() * 60 * 24 * 30 * 0.50 / 1e9;

    assertThat(month).isLessThanOrEqualTo(0.25);
    assertThat(month / 5).isLessThanOrEqualTo(0.06);
  }

  @Test
  void eachPointHasTheUsersAttributes() {
    Map<String, String> attributes = Map.of("team", "payments");
    BilledPoints plain = BilledNode.points(ALL, Map.of());
    BilledPoints more = BilledNode.points(ALL, attributes);

    // An attribute needs eight bytes besides its text, and the resource's message up to two more.
    assertThat(more.bytes() - plain.bytes()).isBetween(20L * plain.points(), 22L * plain.points());
    assertThat(more.leastBytes() - plain.leastBytes()).isEqualTo(12L * plain.points());
  }
}
