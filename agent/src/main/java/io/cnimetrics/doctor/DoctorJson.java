package io.cnimetrics.doctor;

import static io.cnimetrics.text.Json.object;

import io.cnimetrics.text.Json;
import java.util.Map;

/** Writes findings as a JSON document, worst first. Findings of all levels are included. */
public final class DoctorJson {
  private DoctorJson() {}

  /** Writes one document, followed by a line end. */
  public static String of(Diagnosis diagnosis) {
    return Json.entryPerLine(
        object(
            "verdict", verdict(diagnosis.verdict()),
            "findings", diagnosis.findings().stream().map(DoctorJson::finding).toList()));
  }

  private static Map<String, Object> verdict(Verdict verdict) {
    return object(
        "level", verdict.level().label(),
        "text", verdict.text(),
        "finding", verdict.finding());
  }

  private static Map<String, Object> finding(Finding finding) {
    return object(
        "id", finding.id(),
        "level", finding.level().label(),
        "title", finding.title(),
        "evidence", finding.evidence(),
        "cause", finding.cause(),
        "remedy", finding.advice().text(),
        "commands", finding.commandLines(),
        "since", finding.since().filter(Since::exact).map(since -> since.at().toString()),
        "sinceBefore",
            finding.since().filter(since -> !since.exact()).map(since -> since.at().toString()),
        "explainedBy", finding.explainedBy().map(CheckId::toString),
        "link", finding.advice().link());
  }
}
