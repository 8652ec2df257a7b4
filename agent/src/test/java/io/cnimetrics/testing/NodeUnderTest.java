package io.cnimetrics.testing;

import com.fasterxml.jackson.databind.JsonNode;
import io.cnimetrics.capacity.PodLimits;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.catalog.Sampler;
import io.cnimetrics.catalog.Sampler.PollSamples;
import io.cnimetrics.catalog.SamplerState;
import io.cnimetrics.dryrun.JsonReport;
import io.cnimetrics.dryrun.Report;
import io.cnimetrics.ipamd.IpamdReader;
import io.cnimetrics.simulator.Scenario;
import io.cnimetrics.simulator.SimulatedIpamd;
import io.cnimetrics.snapshot.Instance;
import io.cnimetrics.snapshot.NodeIdentity;
import io.cnimetrics.snapshot.NodeIdentity.Origins;
import io.cnimetrics.snapshot.NodeSnapshot;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Polls an ipamD over its sockets and makes the JSON document, as a dry run does. */
public final class NodeUnderTest {
  private final IpamdReader reader;
  private final Sampler sampler;
  private final Instance instance;
  private SamplerState history = SamplerState.NONE;
  private JsonNode json = RecordedNode.json("{}");

  public NodeUnderTest(FakeIpamd ipamd) {
    this(ipamd.introspectionUrl(), ipamd.metricsUrl(), "", 110, InstantSource.system());
  }

  /**
   * Reads an ipamD.
   *
   * @param instanceType empty if it is unknown
   */
  public NodeUnderTest(
      URI introspection, URI metrics, String instanceType, int maxPods, InstantSource clock) {
    this.reader =
        new IpamdReader(
            Optional.of(introspection),
            Optional.of(metrics),
            MetricCatalog.series(),
            Duration.ofSeconds(30),
            clock);
    this.sampler = new Sampler(MetricCatalog.all(), new PodLimits(maxPods, 3), clock.instant());
    this.instance = Snapshots.instance("", instanceType, "", "");
  }

  /** Reads a simulated ipamD with its clock. */
  public static NodeUnderTest of(SimulatedIpamd ipamd, Scenario scenario, InstantSource clock) {
    return new NodeUnderTest(
        URI.create(ipamd.introspectionUrl()),
        URI.create(ipamd.metricsUrl()),
        scenario.instanceType(),
        scenario.maxPods(),
        clock);
  }

  /** Polls once more. */
  public NodeUnderTest poll() {
    NodeSnapshot snapshot = reader.read().on(instance, List.of());
    PollSamples reading = sampler.read(snapshot, history);
    history = reading.history();
    NodeIdentity node =
        new NodeIdentity("node", Optional.empty(), Optional.empty(), snapshot.instance());
    json =
        RecordedNode.json(
            JsonReport.of(new Report(node, Origins.NONE, snapshot, reading, List.of()), false));
    return this;
  }

  /** The document of the last poll. */
  public JsonNode json() {
    return json;
  }

  /** The values of the last poll's gauges. */
  public Map<String, Double> gauges() {
    return metrics("gauge", "value");
  }

  /** The value of a gauge in the last poll; NaN if the gauge has no value. */
  public double gauge(String name) {
    return gauges().getOrDefault(name, Double.NaN);
  }

  /** The increase of a counter in the last poll; NaN if the counter has no increase. */
  public double increase(String name) {
    return increases().getOrDefault(name, Double.NaN);
  }

  /** The increases of the last poll's counters. */
  public Map<String, Double> increases() {
    return metrics("counter", "value");
  }

  /** The totals of the last poll's counters. */
  public Map<String, Double> totals() {
    return metrics("counter", "total");
  }

  private Map<String, Double> metrics(String kind, String field) {
    Map<String, Double> values = new TreeMap<>();
    for (JsonNode metric : json.get("metrics")) {
      if (metric.get("kind").asText().equals(kind) && metric.has(field)) {
        values.put(metric.get("name").asText(), metric.get(field).asDouble());
      }
    }
    return values;
  }
}
