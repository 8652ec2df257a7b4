package io.cnimetrics.doctor;

import static io.cnimetrics.text.Json.object;

import io.cnimetrics.text.Json;
import java.util.List;
import java.util.Map;

/** Writes findings as a JSON document, worst first. Findings of all levels are included. */
public final class DoctorJson {
  private DoctorJson() {}

  /** Writes one document, followed by a line end. */
  public static String of(List<Finding> findings) {
    return Json.entryPerLine(
        object("findings", findings.stream().map(DoctorJson::finding).toList()));
  }

  private static Map<String, Object> finding(Finding finding) {
    return object(
        "id", finding.id(),
        "level", finding.level().label(),
        "title", finding.title(),
        "evidence", finding.evidence(),
        "cause", finding.cause(),
        "remedy", finding.remedy(),
        "link", finding.link());
  }
}
