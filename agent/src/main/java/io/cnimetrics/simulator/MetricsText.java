package io.cnimetrics.simulator;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.SortedMap;

/** Writes {@code /metrics} as the scenario's release of the CNI does. */
final class MetricsText {
  private static final List<String> BUCKETS =
      List.of(
          "0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "2.5", "5", "10", "+Inf");

  private final StringBuilder text = new StringBuilder();
  private final CniVersion version;
  private final SortedMap<SimSeries, Double> samples;
  private final boolean slowStart;

  private MetricsText(CniVersion version, SortedMap<SimSeries, Double> samples, boolean slowStart) {
    this.version = version;
    this.samples = samples;
    this.slowStart = slowStart;
  }

  /**
   * @param processStart when ipamD's process started
   */
  static String of(SimulatedNode node, Instant processStart) {
    SortedMap<SimSeries, Double> samples = Gauges.of(node, processStart);
    samples.putAll(node.counters());
    MetricsText writer =
        new MetricsText(
            node.scenario().cniVersion(), samples, node.scenario().has(NodeFault.SLOW_START));
    MetricFamily.ALL.stream().filter(family -> family.in(writer.version)).forEach(writer::family);
    return writer.text.toString();
  }

  private void family(MetricFamily family) {
    int start = text.length();
    switch (family.type()) {
      case "summary" -> series(family.name() + "_count").forEach((s, count) -> summary(family, s));
      case "histogram" -> histogram(family.name());
      default -> series(family.name()).forEach(this::sample);
    }
    if (text.length() > start) {
      text.insert(
          start,
          "# HELP %1$s %2$s\n# TYPE %1$s %3$s\n"
              .formatted(family.name(), family.help(), family.typeIn(version)));
    }
  }

  private SortedMap<SimSeries, Double> series(String name) {
    // U+FFFF sorts after every label.
    return samples.subMap(new SimSeries(name, ""), new SimSeries(name, "\uffff"));
  }

  private void sample(SimSeries series, double value) {
    line(series.name(), series.labels(), number(value));
  }

  private void summary(MetricFamily family, SimSeries count) {
    if (!version.atLeast(8, 0)) {
      // ipamD's values after ten minutes without such a call.
      for (String quantile : List.of("0.5", "0.9", "0.99")) {
        line(family.name(), count.labels() + ",quantile=\"" + quantile + "\"", "NaN");
      }
    }
    for (String part : List.of("_sum", "_count")) {
      SimSeries series = new SimSeries(family.name() + part, count.labels());
      sample(series, samples.getOrDefault(series, 0.0));
    }
  }

  /** Each start of ipamD takes 3.75 s here, or 95 s. */
  private void histogram(String name) {
    String labels =
        name.equals("awscni_ipamd_startup_duration_seconds")
            ? "failure_reason=\"\",success=\"true\",with_api_server=\"true\""
            : "success=\"true\"";
    List<String> reached = slowStart ? List.of("+Inf") : List.of("5", "10", "+Inf");
    for (String bound : BUCKETS) {
      String bucket = labels + ",le=\"" + bound + "\"";
      line(name + "_bucket", bucket, reached.contains(bound) ? "1" : "0");
    }
    line(name + "_sum", labels, slowStart ? "95" : "3.75");
    line(name + "_count", labels, "1");
  }

  private void line(String name, String labels, String value) {
    text.append(name);
    if (!labels.isEmpty()) {
      text.append('{').append(labels).append('}');
    }
    text.append(' ').append(value).append('\n');
  }

  /** Go's shortest format: an exponent of two digits from 1e+06 on, or below 1e-04. */
  static String number(double value) {
    BigDecimal exact = new BigDecimal(Double.toString(value)).stripTrailingZeros();
    int exponent = exact.precision() - exact.scale() - 1;
    if (exact.signum() == 0 || (exponent >= -4 && exponent < 6)) {
      return exact.toPlainString();
    }
    String digits = exact.movePointLeft(exponent).stripTrailingZeros().toPlainString();
    return "%se%s%02d".formatted(digits, exponent < 0 ? "-" : "+", Math.abs(exponent));
  }
}
