package io.cnimetrics.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.cnimetrics.simulator.NamedScenario;
import io.cnimetrics.testing.RecordedNode;
import org.junit.jupiter.api.Test;

/** The fields of the JSON document, on which scripts rely. */
class DoctorJsonTest {
  @Test
  void verdictNamesItsFinding() {
    JsonNode document = document(NamedScenario.SECURITY_GROUP_GONE);

    assertThat(document.fieldNames()).toIterable().containsExactly("verdict", "findings");
    assertThat(document.get("verdict").fieldNames())
        .toIterable()
        .containsExactly("level", "text", "finding");
    assertThat(document.at("/verdict/finding").asText())
        .isEqualTo(document.at("/findings/0/id").asText());
  }

  @Test
  void verdictWithoutTroubleHasNoFinding() {
    JsonNode verdict = document(NamedScenario.HEALTHY).get("verdict");

    assertThat(verdict.get("level").asText()).isEqualTo("ok");
    assertThat(verdict.fieldNames()).toIterable().containsExactly("level", "text");
  }

  @Test
  void eachFindingHasTheSameFieldsAndMayHaveFurtherFields() {
    for (JsonNode finding : document(NamedScenario.SECURITY_GROUP_GONE).get("findings")) {
      assertThat(finding.fieldNames())
          .toIterable()
          .startsWith("id", "level", "title", "evidence", "cause", "remedy", "commands")
          .isSubsetOf(
              "id",
              "level",
              "title",
              "evidence",
              "cause",
              "remedy",
              "commands",
              "since",
              "sinceBefore",
              "explainedBy",
              "link");
      assertThat(finding.get("commands").isArray()).isTrue();
    }
  }

  private static JsonNode document(NamedScenario scenario) {
    return RecordedNode.json(DoctorJson.of(DoctorFixture.diagnosis(scenario, 2)));
  }
}
