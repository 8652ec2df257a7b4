package io.cnimetrics.doctor;

import java.util.Map;
import java.util.stream.Collectors;

/** The remedies of the checks, as cells of a table in Markdown. */
public final class Remedies {
  private Remedies() {}

  /** The remedies by the id of the finding. */
  public static Map<String, String> byFinding() {
    return DoctorFixture.CHECKS.stream()
        .map(Check::spec)
        .collect(Collectors.toMap(CheckSpec::id, Remedies::of));
  }

  static String of(CheckSpec spec) {
    return spec.remedy().replace("<", "&lt;")
        + spec.link().map(page -> " ([more](%s))".formatted(page)).orElse("");
  }
}
