package io.cnimetrics.agent;

import io.cnimetrics.ipamd.Ipamd;
import io.cnimetrics.simulator.PodSchedule;
import io.cnimetrics.simulator.Scenario;
import io.cnimetrics.simulator.SimulatedIpamd;
import io.cnimetrics.snapshot.IpamdMetrics;
import io.cnimetrics.snapshot.NodeSnapshot;
import io.cnimetrics.snapshot.Series;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/** Returns the same bodies at each read, but with rising counters. */
final class RepeatedIpamd implements Ipamd {
  private final NodeSnapshot read;
  private final InstantSource clock;
  private final SplittableRandom random = new SplittableRandom(1);
  private Map<Series, Double> sums;

  RepeatedIpamd(NodeSnapshot read, InstantSource clock) {
    this.read = read;
    this.clock = clock;
    this.sums = metrics(read).sums();
  }

  /** Reads a simulated node with 50 pods once. Then stops the simulator, because it needs heap. */
  static NodeSnapshot snapshot(String instanceType) {
    ModelClock clock = new ModelClock();
    try (SimulatedIpamd ipamd =
        SimulatedIpamd.start(
            Scenario.of(instanceType).pods(PodSchedule.parse("50")),
            SimulatedIpamd.Ports.ANY,
            Duration.ofHours(1),
            clock)) {
      return LocalIpamd.at(ipamd.introspectionUrl(), ipamd.metricsUrl(), clock).read();
    }
  }

  private static IpamdMetrics metrics(NodeSnapshot read) {
    return read.metrics().orElseThrow(() -> new IllegalStateException("read " + read.problems()));
  }

  @Override
  public NodeSnapshot read(Duration most) {
    Map<Series, Double> next = new HashMap<>(sums);
    next.replaceAll((series, sum) -> isGauge(series) ? sum : sum + random.nextInt(7));
    sums = next;
    IpamdMetrics first = metrics(read);
    return new NodeSnapshot(
        clock.instant(),
        read.instance(),
        read.pool(),
        Optional.of(
            new IpamdMetrics(
                next,
                first.errors(),
                first.processStartSeconds(),
                first.boot(),
                first.cniVersion())),
        read.settings(),
        read.introspectionOff(),
        read.problems());
  }

  private static boolean isGauge(Series series) {
    return series.name().endsWith("_max") || series.name().contains("inprogress");
  }

  @Override
  public void abort() {}
}
