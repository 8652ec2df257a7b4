package io.cnimetrics.doctor;

import io.cnimetrics.simulator.NamedScenario;
import io.cnimetrics.text.Palette;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Texts of doctor for pages in Markdown. */
public final class DoctorTexts {
  private DoctorTexts() {}

  /** The remedies by the id of the finding, as cells of a table. */
  public static Map<String, String> remedies() {
    return DoctorFixture.CHECKS.stream()
        .map(Check::spec)
        .collect(Collectors.toMap(spec -> spec.id().toString(), DoctorTexts::remedy));
  }

  static String remedy(CheckSpec spec) {
    return spec.advice().text().replace("<", "&lt;").replace("\n", "<br>")
        + spec.advice().link().map(page -> " ([more](%s))".formatted(page)).orElse("");
  }

  /** The first lines that doctor prints for a simulated node: the verdict and the first finding. */
  public static String firstFinding(NamedScenario scenario) {
    return Stream.of(output(scenario).split("\n\n")).limit(3).collect(Collectors.joining("\n\n"));
  }

  /** All that doctor prints for a simulated node, with the same time and port in each run. */
  static String output(NamedScenario scenario) {
    NodeEvidence node = DoctorFixture.poll(scenario);
    return DoctorTable.of(
            node.identity(),
            node.cniVersion(),
            DoctorFixture.diagnosis(scenario, 2),
            false,
            Palette.PLAIN)
        .replaceAll("\\d\\d:\\d\\d(\\s+UTC)", "10:03$1")
        .replaceAll("checked at \\S+", "checked at 2026-11-28")
        .replaceAll("127\\.0\\.0\\.1:\\d+", "127.0.0.1:61679");
  }
}
