package io.cnimetrics.simulator;

import io.cnimetrics.simulator.AttachedEni.Address;
import io.cnimetrics.simulator.AttachedEni.Cidr;
import io.cnimetrics.simulator.SimWarmPool.PoolCount;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.SortedMap;

/** Writes the body of {@code /metrics} in the format of the scenario's CNI release. */
final class MetricsText {
  private static final List<String> BUCKETS =
      List.of(
          "0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "2.5", "5", "10", "+Inf");

  private final StringBuilder text = new StringBuilder();
  private final SimulatedNode node;
  private final CniVersion version;
  private final Counters samples;

  private MetricsText(SimulatedNode node) {
    this.node = node;
    this.version = node.scenario().cniVersion;
    this.samples = node.counters().copy();
  }

  /**
   * @param processStart the time at which ipamD's process started
   */
  static String of(SimulatedNode node, Instant processStart) {
    MetricsText writer = new MetricsText(node);
    writer.addPool();
    writer.addProcess(processStart);
    MetricFamily.ALL.stream().filter(family -> family.in(writer.version)).forEach(writer::family);
    return writer.text.toString();
  }

  private void addPool() {
    Scenario scenario = node.scenario();
    // ipamD overwrites the gauges for each card. Therefore the text shows only the last card.
    List<AttachedEni> enis = node.ipamd().enis(scenario.networkCards - 1);
    PoolCount pool = PoolCount.of(enis);
    boolean ipv6 = scenario.has(NodeFault.NO_IPV6_PREFIX);
    set(scenario.eniMaxGauge(), "awscni_eni_max");
    set(ipv6 ? 0 : scenario.eniMaxGauge() * scenario.addressesPerEni(), "awscni_ip_max");
    set(enis.size(), "awscni_eni_allocated");
    // This gauge of ipamD still counts the addresses of a force-removed ENI.
    set(pool.total() + node.ipamd().lostAddresses(), "awscni_total_ip_addresses");
    set(pool.assigned(), "awscni_assigned_ip_addresses");
    set(scenario.prefixDelegation ? pool.cidrs() : 0, "awscni_total_ipv4_prefixes");
    for (AttachedEni eni : node.ipamd().allEnis()) {
      set(eni.assigned(), "awscni_assigned_ip_per_eni", "eni", eni.id());
      eni.cidrs().stream().filter(cidr -> cidr.count(Address::used) > 0).forEach(this::addCidr);
    }
  }

  private void addCidr(Cidr cidr) {
    set(cidr.assigned(), "awscni_assigned_ip_per_cidr", "cidr", cidr.text());
    set(cidr.assigned(), "awscni_assigned_ip_per_ipv4cidr", "cidr", cidr.text());
  }

  private void addProcess(Instant processStart) {
    String goVersion = "go1.26.8";
    String shown = node.scenario().buildVersion ? version.toString() : "";
    set(1, "awscni_build_info", "goversion", goVersion, "version", shown);
    set(1, "awscni_connmark_backend", "backend", "nftables");
    set(0, "awscni_connmark_reconcile_total", "result", "error");
    set(1, "awscni_connmark_reconcile_total", "result", "success");
    set(12, "go_goroutines");
    set(1, "go_info", "version", goVersion);
    set(1.159168e6, "go_memstats_alloc_bytes");
    set(0.42, "process_cpu_seconds_total");
    // The value is rounded down to 1/100 s, which is one clock tick of the kernel.
    set(Math.floor(processStart.toEpochMilli() / 10.0) / 100, "process_start_time_seconds");
  }

  private void set(double value, String name, String... labels) {
    samples.add(value, name, labels);
  }

  private void family(MetricFamily family) {
    int start = text.length();
    switch (family.type()) {
      case "summary" -> summary(family.name());
      case "histogram" -> histogram(family.name());
      default ->
          samples.of(family.name()).forEach((labels, value) -> line(family.name(), labels, value));
    }
    if (text.length() > start) {
      text.insert(
          start,
          "# HELP %1$s %2$s\n# TYPE %1$s %3$s\n"
              .formatted(family.name(), family.help(), family.typeIn(version)));
    }
  }

  private void summary(String name) {
    SortedMap<String, Double> sums = samples.of(name + "_sum");
    samples
        .of(name + "_count")
        .forEach(
            (labels, count) -> {
              if (!version.atLeast(8, 0)) {
                // ipamD writes NaN for a call that it last made more than ten minutes ago.
                for (String quantile : List.of("0.5", "0.9", "0.99")) {
                  line(name, labels + ",quantile=\"" + quantile + "\"", "NaN");
                }
              }
              line(name + "_sum", labels, sums.getOrDefault(labels, 0.0));
              line(name + "_count", labels, count);
            });
  }

  /** Writes the duration of one start of ipamD: 3.75 s, or 95 s with {@code SLOW_START}. */
  private void histogram(String name) {
    String labels =
        name.equals("awscni_ipamd_startup_duration_seconds")
            ? "failure_reason=\"\",success=\"true\",with_api_server=\"true\""
            : "success=\"true\"";
    boolean slowStart = node.scenario().has(NodeFault.SLOW_START);
    List<String> reached = slowStart ? List.of("+Inf") : List.of("5", "10", "+Inf");
    for (String bound : BUCKETS) {
      String bucket = labels + ",le=\"" + bound + "\"";
      line(name + "_bucket", bucket, reached.contains(bound) ? "1" : "0");
    }
    line(name + "_sum", labels, slowStart ? "95" : "3.75");
    line(name + "_count", labels, "1");
  }

  private void line(String name, String labels, double value) {
    line(name, labels, number(value));
  }

  private void line(String name, String labels, String value) {
    text.append(name);
    if (!labels.isEmpty()) {
      text.append('{').append(labels).append('}');
    }
    text.append(' ').append(value).append('\n');
  }

  /**
   * Go's shortest format. Values from 1e+06 on and values below 1e-04 have an exponent of at least
   * two digits.
   */
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
