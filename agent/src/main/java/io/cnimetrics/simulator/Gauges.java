package io.cnimetrics.simulator;

import io.cnimetrics.simulator.SimWarmPool.PoolCount;
import java.time.Instant;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** The gauges that ipamD exports. */
final class Gauges {
  private final SortedMap<SimSeries, Double> values = new TreeMap<>();

  private Gauges() {}

  static SortedMap<SimSeries, Double> of(SimulatedNode node, Instant processStart) {
    Gauges gauges = new Gauges();
    gauges.addLimits(node.scenario());
    gauges.addPool(node);
    gauges.addProcess(node.scenario(), processStart);
    return gauges.values;
  }

  private void addLimits(Scenario scenario) {
    int enis = scenario.limit().enis();
    set(enis, "awscni_eni_max");
    set(enis * scenario.addressesPerEni(), "awscni_ip_max");
  }

  private void addPool(SimulatedNode node) {
    List<AttachedEni> enis = node.enis();
    PoolCount pool = PoolCount.of(enis);
    set(enis.size(), "awscni_eni_allocated");
    // ipamD does not subtract what was removed by force.
    set(pool.total() + node.lostAddresses(), "awscni_total_ip_addresses");
    set(pool.assigned(), "awscni_assigned_ip_addresses");
    set(node.scenario().prefixDelegation() ? pool.cidrs() : 0, "awscni_total_ipv4_prefixes");
    for (AttachedEni eni : enis) {
      set(eni.assigned(), "awscni_assigned_ip_per_eni", "eni", eni.id());
      eni.cidrs().stream().filter(cidr -> cidr.count(Address::used) > 0).forEach(this::addCidr);
    }
  }

  private void addCidr(SimCidr cidr) {
    set(cidr.assigned(), "awscni_assigned_ip_per_cidr", "cidr", cidr.text());
    set(cidr.assigned(), "awscni_assigned_ip_per_ipv4cidr", "cidr", cidr.text());
  }

  private void addProcess(Scenario scenario, Instant processStart) {
    String goVersion = "go1.26.8";
    String release = scenario.cniVersion().toString();
    set(1, "awscni_build_info", "goversion", goVersion, "version", release);
    set(1, "awscni_connmark_backend", "backend", "iptables");
    set(0, "awscni_connmark_reconcile_total", "result", "error");
    set(0, "awscni_connmark_reconcile_total", "result", "success");
    set(12, "go_goroutines");
    set(1, "go_info", "version", goVersion);
    set(1.159168e6, "go_memstats_alloc_bytes");
    set(0.42, "process_cpu_seconds_total");
    // Hundredths of a second: the kernel's clock ticks.
    set(Math.floor(processStart.toEpochMilli() / 10.0) / 100, "process_start_time_seconds");
  }

  private void set(double value, String name, String... labels) {
    values.put(SimSeries.of(name, labels), value);
  }
}
