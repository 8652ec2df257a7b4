package io.cnimetrics.dryrun;

import com.fasterxml.jackson.core.JsonGenerator;
import io.cnimetrics.catalog.Sample;
import io.cnimetrics.snapshot.AddressMode;
import io.cnimetrics.snapshot.Eni;
import io.cnimetrics.snapshot.Instance;
import io.cnimetrics.snapshot.NodeIdentity;
import io.cnimetrics.snapshot.Problem;
import io.cnimetrics.text.JsonLines;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** A poll as a JSON document. Unknown values are left out; lists are always present. */
public final class JsonReport {
  private JsonReport() {}

  /**
   * Writes one document, followed by a line end.
   *
   * @param forPeople with line breaks inside the document
   */
  public static String of(Report report, boolean forPeople) {
    return JsonLines.write(forPeople, json -> document(json, report));
  }

  private static void document(JsonGenerator json, Report report) throws IOException {
    json.writeStartObject();
    json.writeStringField("takenAt", report.snapshot().takenAt().toString());
    json.writeFieldName("node");
    node(json, report.node(), report.cniVersion());
    json.writeArrayFieldStart("metrics");
    for (Sample sample : report.samples()) {
      sample(json, sample);
    }
    json.writeEndArray();
    json.writeArrayFieldStart("enis");
    for (Eni eni : report.snapshot().pool().map(pool -> pool.enis()).orElse(List.of())) {
      eni(json, eni, report.reading().capacity().mode());
    }
    json.writeEndArray();
    json.writeArrayFieldStart("problems");
    for (Problem problem : report.problems()) {
      problem(json, problem);
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void node(JsonGenerator json, NodeIdentity node, Optional<String> cniVersion)
      throws IOException {
    Instance instance = node.instance();
    json.writeStartObject();
    optional(json, "clusterId", node.clusterId());
    optional(json, "region", node.region());
    json.writeStringField("nodeName", node.nodeName());
    optional(json, "instanceId", instance.id());
    optional(json, "instanceType", instance.type());
    optional(json, "availabilityZone", instance.availabilityZone());
    optional(json, "cniVersion", cniVersion);
    json.writeEndObject();
  }

  private static void optional(JsonGenerator json, String name, Optional<String> value)
      throws IOException {
    if (value.isPresent()) {
      json.writeStringField(name, value.get());
    }
  }

  private static void sample(JsonGenerator json, Sample sample) throws IOException {
    json.writeStartObject();
    json.writeStringField("name", sample.metric().name());
    optional(json, "subnetId", sample.subnetId());
    json.writeStringField("kind", sample.metric().kind().label());
    if (sample.value().isPresent()) {
      JsonLines.number(json, "value", sample.value().getAsDouble());
    }
    if (sample.total().isPresent()) {
      JsonLines.number(json, "total", sample.total().getAsDouble());
    }
    json.writeStringField("unit", sample.metric().unit().cloudWatchName());
    json.writeStringField("statistic", sample.metric().statistic().label());
    json.writeEndObject();
  }

  private static void eni(JsonGenerator json, Eni eni, AddressMode mode) throws IOException {
    json.writeStartObject();
    json.writeStringField("id", eni.id());
    json.writeNumberField("networkCard", eni.networkCard());
    json.writeNumberField("deviceNumber", eni.deviceNumber());
    json.writeBooleanField("primary", eni.primary());
    json.writeBooleanField("trunk", eni.trunk());
    json.writeBooleanField("excluded", eni.excluded());
    optional(json, "subnetId", eni.subnetId());
    if (mode != AddressMode.IPV6) {
      json.writeNumberField("total", eni.totalIpv4());
    }
    json.writeNumberField("assigned", eni.assigned());
    json.writeNumberField("cooling", eni.cooling());
    if (mode != AddressMode.IPV6) {
      json.writeNumberField("available", eni.available(mode));
    }
    json.writeNumberField("prefixes", eni.prefixes());
    json.writeEndObject();
  }

  private static void problem(JsonGenerator json, Problem problem) throws IOException {
    json.writeStartObject();
    json.writeStringField("source", problem.source().label());
    json.writeStringField("reason", problem.reason().name());
    json.writeStringField("message", problem.message());
    json.writeEndObject();
  }
}
