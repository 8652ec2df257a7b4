package io.cnimetrics.dryrun;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.cnimetrics.testing.Json;
import io.cnimetrics.text.Printable;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonReportTest {
  private static final String ATTACK = "\u001b[2J\u009b31m\u007f\u202e\"\\";

  @Test
  void bothFormsHaveTheSameContent() {
    assertThat(Json.object(JsonReport.of(Reports.healthy(), true)))
        .isEqualTo(Json.object(JsonReport.of(Reports.healthy(), false)));
  }

  @Test
  void compactFormIsOneLine() {
    assertThat(JsonReport.of(Reports.healthy(), false)).matches("[^\n]+\n");
  }

  @Test
  void listsArePresentIfNothingWasRead() {
    Map<?, ?> document = Json.object(JsonReport.of(Reports.unread(), true));

    assertThat(document.get("enis")).isEqualTo(List.of());
    assertThat(document.get("metrics")).isInstanceOf(List.class);
    assertThat(Json.members(document, "problems")).hasSize(3);
    assertThat(document.get("node")).isEqualTo(Map.of("nodeName", "laptop"));
  }

  @Test
  void totalOfACounterThatThePollDoesNotShowIsZero() {
    Map<?, ?> document = Json.object(JsonReport.of(Reports.countersGone(), true));

    assertThat(Json.members(document, "metrics"))
        .filteredOn(metric -> "ipamdErr".equals(metric.get("name")))
        .extracting(metric -> metric.get("total"), metric -> metric.get("value"))
        .containsExactly(tuple(0.0, 0.0));
  }

  @Test
  void ipv6InterfaceHasNoTotalAndNoAvailable() {
    Map<?, ?> document = Json.object(JsonReport.of(Reports.ipv6(), true));

    Map<?, ?> eni = Json.members(document, "enis").get(0);
    assertThat(eni.keySet()).extracting(String::valueOf).doesNotContain("total", "available");
    assertThat(eni.get("assigned")).isEqualTo(17.0);
  }

  @Test
  void namesAreEscapedAndKeepTheirMeaning() {
    String text = JsonReport.of(Reports.hostile(ATTACK), true);

    String oneLine = text.replace("\n", "");
    assertThat(Printable.of(oneLine)).isEqualTo(oneLine);
    Map<?, ?> node = Json.member(Json.object(text), "node");
    assertThat(node.get("clusterId")).isEqualTo(ATTACK);
  }
}
