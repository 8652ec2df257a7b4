package io.cnimetrics.cli;

import io.cnimetrics.capacity.PodLimits;
import io.cnimetrics.catalog.Metric;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.catalog.NodeLabels;
import io.cnimetrics.catalog.Sample;
import io.cnimetrics.catalog.Sampler;
import io.cnimetrics.catalog.Sampler.PollSamples;
import io.cnimetrics.catalog.SamplerState;
import io.cnimetrics.config.Dimension;
import io.cnimetrics.ipamd.IpamdReader;
import io.cnimetrics.otlp.BilledPoints;
import io.cnimetrics.otlp.OtlpSink;
import io.cnimetrics.publish.MetricSink.Datum;
import io.cnimetrics.simulator.PodSchedule;
import io.cnimetrics.simulator.Scenario;
import io.cnimetrics.snapshot.Instance;
import io.cnimetrics.snapshot.NodeIdentity;
import io.cnimetrics.snapshot.NodeSnapshot;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The points that one node sends by OTLP for one minute. The node is simulated, but the agent's own
 * code reads it, computes the samples and encodes them.
 */
final class BilledNode {
  private static final String NODE = "ip-10-0-1-23.us-west-2.compute.internal";
  private static final String CLUSTER = "production";
  private static final String TYPE = "m5.xlarge";
  private static final Instance INSTANCE = SimulatedSource.instance(TYPE);

  /** The labels that the plan assumes. */
  static final String LABELS =
      Stream.of(INSTANCE.id(), INSTANCE.type(), INSTANCE.availabilityZone())
          .flatMap(Optional::stream)
          .collect(Collectors.joining(", ", CLUSTER + ", " + NODE + ", ", ""));

  private static final Instant START = Instant.parse("2026-11-28T10:00:00Z");
  private static final int POLL_SECONDS = 30;
  private static final int POLLS = 4;

  private BilledNode() {}

  /**
   * Polls a node on which pods start and whose pool grows, so that each metric has a value.
   *
   * @param resource the attributes that the user adds to all metrics
   */
  static BilledPoints points(List<Metric> metrics, Map<String, String> resource) {
    AtomicLong seconds = new AtomicLong();
    InstantSource clock = () -> START.plusSeconds(seconds.get());
    Scenario scenario = Scenario.of(TYPE).pods(PodSchedule.parse("0:40:0.3"));
    try (SimulatedSource node = SimulatedSource.start(scenario, Duration.ZERO, clock)) {
      IpamdReader reader =
          new IpamdReader(
              Optional.of(URI.create(node.ipamd().introspectionUrl())),
              Optional.of(URI.create(node.ipamd().metricsUrl())),
              MetricCatalog.series(),
              Duration.ofSeconds(30),
              clock);
      Sampler sampler = new Sampler(metrics, new PodLimits(scenario.maxPods(), 0), START);
      SamplerState state = SamplerState.NONE;
      Map<String, Datum> datums = new LinkedHashMap<>();
      NodeSnapshot snapshot = reader.read();
      for (int poll = 0; poll < POLLS; poll++) {
        seconds.addAndGet(POLL_SECONDS);
        snapshot = reader.read().on(INSTANCE, List.of());
        PollSamples read = sampler.read(snapshot, state);
        state = read.history();
        read.samples().forEach(sample -> datum(sample).ifPresent(d -> datums.put(d.metric(), d)));
      }
      NodeIdentity identity =
          new NodeIdentity(NODE, Optional.of(CLUSTER), INSTANCE.region(), INSTANCE);
      return OtlpSink.billed(
          new ArrayList<>(datums.values()),
          NodeLabels.of(identity, Optional.of(snapshot)),
          resource,
          Version.get());
    }
  }

  private static Optional<Datum> datum(Sample sample) {
    Metric metric = sample.metric();
    boolean counter = metric.kind() == Metric.Kind.COUNTER;
    OptionalDouble value = counter ? sample.total() : sample.value();
    return value.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Datum(
                metric.name(),
                START,
                counter ? Optional.of(START) : Optional.empty(),
                value.getAsDouble(),
                metric.unit(),
                Map.of(Dimension.CLUSTER_ID.name(), CLUSTER)));
  }
}
