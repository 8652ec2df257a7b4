package io.cnimetrics.doctor;

import com.fasterxml.jackson.core.JsonGenerator;
import io.cnimetrics.text.JsonLines;
import java.io.IOException;
import java.util.List;

/** Findings as a JSON document, worst first, with those that all is well. */
public final class DoctorJson {
  private DoctorJson() {}

  /** Writes one document with a line end behind it. */
  public static String of(List<Finding> findings) {
    return JsonLines.write(true, json -> document(json, findings));
  }

  private static void document(JsonGenerator json, List<Finding> findings) throws IOException {
    json.writeStartObject();
    json.writeArrayFieldStart("findings");
    for (Finding finding : findings) {
      finding(json, finding);
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void finding(JsonGenerator json, Finding finding) throws IOException {
    json.writeStartObject();
    json.writeStringField("id", finding.id());
    json.writeStringField("level", finding.level().label());
    json.writeStringField("title", finding.title());
    json.writeStringField("evidence", finding.evidence());
    json.writeStringField("cause", finding.cause());
    json.writeStringField("remedy", finding.remedy());
    if (finding.link().isPresent()) {
      json.writeStringField("link", finding.link().get());
    }
    json.writeEndObject();
  }
}
