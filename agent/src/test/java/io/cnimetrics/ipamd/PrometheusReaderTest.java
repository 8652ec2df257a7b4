package io.cnimetrics.ipamd;

import static io.cnimetrics.snapshot.Reason.MALFORMED;
import static io.cnimetrics.snapshot.Reason.UNEXPECTED_SHAPE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.cnimetrics.snapshot.IpamdMetrics;
import io.cnimetrics.snapshot.Series;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PrometheusReaderTest {
  private static final Series MAX = Series.of("awscni_eni_max");
  private static final Series ERRORS = Series.of("awscni_aws_api_error_count");
  private static final Series DENIED =
      new Series("awscni_aws_api_error_count", "error", Set.of("UnauthorizedOperation", "Denied"));
  private static final Series LATENCY_SUM = Series.of("awscni_aws_api_latency_ms_sum");

  private final PrometheusReader reader =
      new PrometheusReader(List.of(MAX, ERRORS, DENIED, LATENCY_SUM));

  @Test
  void seriesOfAFamilyAreAddedUp() {
    IpamdMetrics metrics =
        read(
            """
            awscni_aws_api_error_count{api="a",error="x"} 2
            awscni_aws_api_error_count{api="b",error="x"} 3.5e1
            """);
    assertThat(metrics.total(ERRORS)).hasValue(37);
  }

  @Test
  void onlySamplesWithAWantedLabelAreAddedToAPart() {
    IpamdMetrics metrics =
        read(
            """
            awscni_aws_api_error_count{api="a",error="UnauthorizedOperation"} 2
            awscni_aws_api_error_count{error="Denied",api="b"} 4
            awscni_aws_api_error_count{api="Denied",error="Throttled"} 8
            awscni_aws_api_error_count{api="c"} 16
            """);
    assertThat(metrics.total(DENIED)).hasValue(6);
    assertThat(metrics.total(ERRORS)).hasValue(30);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a \\\"quoted\\\" text",
        "} 99",
        ",error=",
        "line\\nend",
        "back\\\\slash",
        "ends in backslash \\\\",
        "tschüß – 日本語 😀",
        "{a=\\\"b\\\"}",
        "# HELP",
        ""
      })
  void labelsHoldRawTextsOfErrors(String label) {
    IpamdMetrics metrics =
        read("awscni_aws_api_error_count{api=\"%s\",error=\"Denied\"} 7\n".formatted(label));
    assertThat(metrics.total(DENIED)).hasValue(7);
  }

  @Test
  void escapedLineEndIsNotALetter() {
    Series odd = new Series("awscni_x", "error", Set.of("Inner"));
    IpamdMetrics metrics =
        read(new PrometheusReader(List.of(odd)), "awscni_x{error=\"I\\nner\"} 7\n");
    assertThat(metrics.total(odd)).hasValue(0);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "awscni_eni_max 4\n",
        "awscni_eni_max 4\r\n",
        "awscni_eni_max\t4\n",
        "  awscni_eni_max   4  \n",
        "awscni_eni_max{} 4\n",
        "awscni_eni_max{a=\"b\",} 4\n",
        "awscni_eni_max { a = \"b\" , c = \"d\" } 4\n",
        "awscni_eni_max{a=\"b\"}4\n",
        "awscni_eni_max 4 1395066363000\n",
        "awscni_eni_max 4 -3982045\r\n",
        "awscni_eni_max 4.0\n",
        "awscni_eni_max +4e0\n",
        "awscni_eni_max 0.4E+1\n",
        "\n\r\n \n# HELP awscni_eni_max { \"\n#\n# TYPE awscni_eni_max counter\nawscni_eni_max 4\n"
      })
  void formsThatTheFormatAllowsAreRead(String text) {
    assertThat(read(text).gauge(MAX)).hasValue(4);
  }

  @ParameterizedTest
  @CsvSource({"NaN", "nan", "+Inf", "Inf", "-Inf", "1e999", "-1e999"})
  void wantedSampleThatIsNotAFiniteNumberGivesNoValue(String value) {
    IpamdMetrics metrics =
        read("awscni_eni_max " + value + "\nawscni_aws_api_error_count{api=\"a\"} 1\n");
    assertThat(metrics.gauge(MAX)).isEmpty();
    assertThat(metrics.total(MAX)).isEmpty();
    assertThat(metrics.total(ERRORS)).hasValue(1);
  }

  @Test
  void quantilesAndBucketsAreOtherFamilies() {
    IpamdMetrics metrics =
        read(
            """
            awscni_aws_api_latency_ms{api="a",quantile="0.99"} NaN
            awscni_aws_api_latency_ms_sum{api="a"} 12.5
            awscni_aws_api_latency_ms_count{api="a"} 3
            awscni_startup_bucket{le="+Inf"} 7
            awscni_startup_sum +Inf
            """);
    assertThat(metrics.total(LATENCY_SUM)).hasValue(12.5);
    assertThat(metrics.sums()).containsOnlyKeys(LATENCY_SUM);
  }

  @Test
  void missingFamilyIsAZeroCounterAndAnUnknownGauge() {
    IpamdMetrics metrics = read("awscni_eni_allocated 2\n");
    assertThat(metrics.total(ERRORS)).hasValue(0);
    assertThat(metrics.gauge(MAX)).isEmpty();
  }

  @Test
  void startOfTheProcessAndReleaseAreKept() {
    IpamdMetrics metrics =
        read(
            """
            process_start_time_seconds 1.79523956e+09
            awscni_build_info{goversion="go1.24",version="v1.23.1"} 1
            """);
    assertThat(metrics.processStartSeconds()).hasValue(1.79523956e9);
    assertThat(metrics.cniVersion()).hasValue("v1.23.1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"NaN", "+Inf", "-Inf", "1e999"})
  void startOfTheProcessThatIsNoTimeIsUnknown(String value) {
    assertThat(read("awscni_x 1\nprocess_start_time_seconds " + value + "\n").processStartSeconds())
        .isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "\n\n",
        "# awscni_eni_max 4\n",
        "go_goroutines 7\n",
        "<!DOCTYPE html>\n<html><body>awscni_eni_max 4</body></html>\n",
        "{\"AvailableCommands\":[\"/v1/enis\"]}",
        "not found\n",
        "\u0000\u0001\u0002",
      })
  void textWithoutAnIpamdSampleHasAnUnexpectedShape(String text) {
    IpamdException refusal = refusal(text);
    assertThat(refusal.reason()).isEqualTo(UNEXPECTED_SHAPE);
    assertThat(refusal).hasMessageContaining("awscni_");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "awscni_eni_max",
        "awscni_eni_max ",
        "awscni_eni_max 4e",
        "awscni_eni_max 4 5",
        "awscni_eni_max 4 -",
        "awscni_x{",
        "awscni_x{a",
        "awscni_x{a=",
        "awscni_x{a=\"b",
        "awscni_x{a=\"b\\",
        "awscni_x{a=\"b\"",
        "awscni_x 1\nawscni_eni_max 4",
        "awscni_x 1\n# HELP awscni",
        "awscni_x 1\n   ",
        "awscni_x 1\r"
      })
  void ipamdTextWhoseLastLineHasNoEndIsCutShort(String text) {
    IpamdException refusal = refusal("awscni_y 1\n" + text);
    assertThat(refusal.reason()).isEqualTo(MALFORMED);
    assertThat(refusal).hasMessageContaining("cut short");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "garbage",
        "awscni_z",
        "awscni_z x",
        "awscni_z 1 x",
        "awscni_z 1 2 3",
        "awscni_z 0x10",
        "awscni_z 1_000",
        "awscni_z .",
        "awscni_z 1,5",
        "awscni_z --1",
        "awscni_z{a} 1",
        "awscni_z{a=b} 1",
        "awscni_z{a=\"b} 1",
        "awscni_z{a=\"b\\x\"} 1",
        "awscni_z{a=\"b\" c=\"d\"} 1",
        "awscni_z{a=\"b\"",
        "awscni_z{,} 1",
        "9wscni 1",
        "awscni-z 1",
        "<html>",
        "awscni_z 1\r2",
        "\ufeffawscni_z 1"
      })
  void invalidLineIsMalformedAtAnyPosition(String bad) {
    String good = "awscni_eni_max 4\n";
    assertThat(refusal(good + bad + "\n").reason()).isEqualTo(MALFORMED);
    assertThat(refusal(good + bad + "\n")).hasMessageContaining("line 2: ");
    assertThat(refusal(bad + "\n" + good).reason()).isEqualTo(MALFORMED);
    assertThat(refusal(bad + "\n" + good)).hasMessageContaining("line 1: ");
  }

  @Test
  void secondSampleOfAnUnlabelledFamilyIsMalformed() {
    IpamdException refusal = refusal("awscni_eni_max 4\nawscni_eni_max 4\n");
    assertThat(refusal.reason()).isEqualTo(MALFORMED);
    assertThat(refusal).hasMessageContaining("line 2: a second sample of awscni_eni_max");
  }

  @Test
  void numberThatIsTooLongIsMalformed() {
    assertThat(refusal("awscni_x 1\nawscni_eni_max 1" + "0".repeat(300) + "\n").reason())
        .isEqualTo(MALFORMED);
  }

  @Test
  void labelNamedAfterManyOthersStillCounts() {
    StringBuilder labels = new StringBuilder();
    for (int i = 0; i < 1_000; i++) {
      labels.append("l").append(i).append("=\"x\",");
    }
    assertThat(read("awscni_aws_api_error_count{" + labels + "error=\"Denied\"} 7\n").total(DENIED))
        .hasValue(7);
  }

  @Test
  void tokensOfAMegabyteAreSkipped() {
    String long1 = "x".repeat(1 << 20);
    IpamdMetrics metrics =
        read(
            "awscni_aws_api_error_count{api=\"%s\",error=\"Denied\"} 7\n".formatted(long1)
                + "awscni_aws_api_error_count{%s=\"a\",error=\"Denied\"} 1\n".formatted(long1)
                + "awscni_%s 3\n".formatted(long1)
                + "# %s\n".formatted(long1));
    assertThat(metrics.total(DENIED)).hasValue(8);
  }

  @Test
  void messageAboutAHostileLineIsOneShortLine() {
    assertThat(refusal("awscni_x 1\nawscni_y \u001b[31m" + "z".repeat(1 << 20) + "\n").getMessage())
        .doesNotContainPattern("\\p{Cntrl}")
        .hasSizeLessThan(200);
  }

  private IpamdMetrics read(String text) {
    return read(reader, text);
  }

  private static IpamdMetrics read(PrometheusReader reader, String text) {
    try {
      return reader.read(new ByteArrayInputStream(text.getBytes(UTF_8)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private IpamdException refusal(String text) {
    return catchThrowableOfType(IpamdException.class, () -> read(text));
  }
}
