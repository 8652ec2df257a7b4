package io.cnimetrics.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.catalog.Metric;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.otlp.BilledPoints;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The bytes from which {@code plan} and docs/plan.md calculate the price of OTLP. */
class BilledNodeTest {
  private static final List<Metric> ALL =
      MetricCatalog.all().stream().filter(metric -> !metric.isOfSubnet()).toList();

  @Test
  void eachMetricHasAPoint() {
    // OTLP does not get agentStarts, but it gets cni_node_info.
    assertThat(BilledNode.points(ALL, Map.of()).points()).isEqualTo(ALL.size());
  }

  @Test
  void pointHasTheBytesOfItsNameAndItsLabels() {
    String labels =
        "cluster=production node=ip-10-0-1-23.us-west-2.compute.internal"
            + " instance=i-0123456789abcdef0 instance_type=m5.xlarge zone=us-west-2a";
    int least = "cni_enis".length() + labels.replaceAll("[ =]", "").length() + 16;
    BilledPoints one = BilledNode.points(List.of(MetricCatalog.ENI_MAX_AVAILABLE), Map.of());
    BilledPoints two =
        BilledNode.points(
            List.of(MetricCatalog.ENI_MAX_AVAILABLE, MetricCatalog.ENI_ALLOCATED), Map.of());

    assertThat(two.points() - one.points()).isEqualTo(1);
    assertThat(two.leastBytes() - one.leastBytes()).isEqualTo(least);
    // The difference is the scope, the unit and the framing of protobuf.
    assertThat(two.bytes() - one.bytes()).isEqualTo(least + 89);
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
