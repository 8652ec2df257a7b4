package io.cnimetrics.dryrun;

import static io.cnimetrics.text.Json.object;

import io.cnimetrics.catalog.Sample;
import io.cnimetrics.snapshot.AddressMode;
import io.cnimetrics.snapshot.Eni;
import io.cnimetrics.snapshot.Instance;
import io.cnimetrics.snapshot.NodeIdentity;
import io.cnimetrics.snapshot.Problem;
import io.cnimetrics.text.Json;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/** Writes one poll as JSON. A field is absent if its value is unknown. Empty lists are written. */
public final class JsonReport {
  private JsonReport() {}

  /**
   * Writes one document, followed by a line end.
   *
   * @param forPeople whether to write each entry on a separate line
   */
  public static String of(Report report, boolean forPeople) {
    AddressMode mode = report.reading().capacity().mode();
    Stream<Eni> enis = report.snapshot().pool().stream().flatMap(pool -> pool.enis().stream());
    Map<String, Object> document =
        object(
            "takenAt", report.snapshot().takenAt().toString(),
            "node", node(report.node(), report.cniVersion()),
            "metrics", report.samples().stream().map(sample -> sample(sample, report)).toList(),
            "enis", enis.map(eni -> eni(eni, mode)).toList(),
            "problems", report.problems().stream().map(JsonReport::problem).toList());
    return forPeople ? Json.entryPerLine(document) : Json.compact(document) + "\n";
  }

  private static Map<String, Object> node(NodeIdentity node, Optional<String> cniVersion) {
    Instance instance = node.instance();
    return object(
        "clusterId", node.clusterId(),
        "region", node.region(),
        "nodeName", node.nodeName(),
        "instanceId", instance.id(),
        "instanceType", instance.type(),
        "availabilityZone", instance.availabilityZone(),
        "cniVersion", cniVersion);
  }

  private static Map<String, Object> sample(Sample sample, Report report) {
    return object(
        "name", sample.metric().name(),
        "subnetId", sample.subnetId(),
        "kind", sample.metric().kind().label(),
        "value", optional(sample.value()),
        "total", optional(total(sample, report)),
        "unit", sample.metric().unit().cloudWatchName(),
        "statistic", sample.metric().statistic().label());
  }

  /** The total that this poll read, which is 0 if ipamD does not show the counter. */
  private static OptionalDouble total(Sample sample, Report report) {
    return sample.total().isEmpty() || sample.metric().series().isEmpty()
        ? sample.total()
        : report.snapshot().metrics().orElseThrow().total(sample.metric().series().get(0));
  }

  private static Optional<Double> optional(OptionalDouble number) {
    return number.isPresent() ? Optional.of(number.getAsDouble()) : Optional.empty();
  }

  private static Map<String, Object> eni(Eni eni, AddressMode mode) {
    boolean ipv4 = mode != AddressMode.IPV6;
    return object(
        "id", eni.id(),
        "networkCard", eni.networkCard(),
        "deviceNumber", eni.deviceNumber(),
        "primary", eni.primary(),
        "trunk", eni.trunk(),
        "excluded", eni.excluded(),
        "subnetId", eni.subnetId(),
        "total", ipv4 ? Optional.of(eni.totalIpv4()) : Optional.empty(),
        "assigned", eni.assigned(),
        "cooling", eni.cooling(),
        "available", ipv4 ? Optional.of(eni.available(mode)) : Optional.empty(),
        "prefixes", eni.prefixes());
  }

  private static Map<String, Object> problem(Problem problem) {
    return object(
        "source", problem.source().label(),
        "reason", problem.reason().name(),
        "message", problem.message());
  }
}
