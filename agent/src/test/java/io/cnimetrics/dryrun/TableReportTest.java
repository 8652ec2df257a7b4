package io.cnimetrics.dryrun;

import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.text.Palette;
import io.cnimetrics.text.Printable;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TableReportTest {
  private static final String ATTACK =
      "\u001b]0;owned\u0007\u001b[2J\u009b31m\rcni\nfake row\t\u202eright-to-left\u2028\u007f";

  @ParameterizedTest
  @MethodSource("reports")
  void noLineIsWiderThanEightyColumns(Report report) {
    assertThat(TableReport.of(report, Palette.PLAIN).lines())
        .allSatisfy(line -> assertThat(Printable.columns(line)).isLessThanOrEqualTo(80));
  }

  static Stream<Report> reports() {
    return Stream.of(
        Reports.healthy(),
        Reports.prefixMode(),
        Reports.ipv6(),
        Reports.unread(),
        Reports.manyEnis(),
        Reports.huge(),
        Reports.hostile(ATTACK),
        Reports.hostile("c".repeat(1_024)),
        Reports.hostile("日本語".repeat(100)));
  }

  @Test
  void namesCannotControlTheTerminal() {
    String table = TableReport.of(Reports.hostile(ATTACK), Palette.PLAIN);

    String oneLine = table.replace("\n", "");
    assertThat(Printable.of(oneLine)).isEqualTo(oneLine);
    assertThat(table.lines()).noneMatch(line -> line.startsWith("fake row"));
  }

  @Test
  void namesCannotColourTheTable() {
    String plain = TableReport.of(Reports.hostile(ATTACK), Palette.PLAIN);
    String coloured = TableReport.of(Reports.hostile(ATTACK), Palette.COLOURED);

    assertThat(coloured.replaceAll("\u001b\\[[0-9]+m", "")).isEqualTo(plain);
  }

  @Test
  void longNameIsShownWhole() {
    String table = TableReport.of(Reports.hostile("c".repeat(1_024)), Palette.PLAIN);

    assertThat(table.replaceAll("\n +", "")).contains("Cluster    " + "c".repeat(1_024));
  }

  @Test
  void modeOfUnreadNodeIsNotShown() {
    assertThat(TableReport.of(Reports.unread(), Palette.PLAIN))
        .containsPattern("(?m)^VPC CNI    release unknown$");
  }

  @Test
  void largeInterfacesShareTheScale() {
    assertThat(TableReport.of(Reports.manyEnis(), Palette.PLAIN)).contains("; 2 per mark");
  }

  @Test
  void increasesHaveAHeadingIfThereAreAny() {
    assertThat(TableReport.of(Reports.healthy(), Palette.PLAIN)).contains("since the last poll");
    assertThat(TableReport.of(Reports.ipv6(), Palette.PLAIN)).doesNotContain("since the last poll");
  }
}
