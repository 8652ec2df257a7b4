package io.cnimetrics.health;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextFormatTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "                                                                       | PROMETHEUS",
        "*/*                                                                    | PROMETHEUS",
        "text/plain                                                             | PROMETHEUS",
        "text/html, application/xml;q=0.9                                       | PROMETHEUS",
        "application/openmetrics-text                                           | OPEN_METRICS",
        "application/openmetrics-text; version=1.0.0; charset=utf-8             | OPEN_METRICS",
        "Application/OpenMetrics-Text;version=\"1.0.0\"                         | OPEN_METRICS",
        "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4    | OPEN_METRICS",
        "text/plain;version=0.0.4;q=0.9,application/openmetrics-text;q=0.5      | PROMETHEUS",
        "application/openmetrics-text;version=1.0.0;q=0                         | PROMETHEUS",
        "application/openmetrics-text;version=2.0.0                             | PROMETHEUS",
        "application/openmetrics-textual                                        | PROMETHEUS",
        ";;,=q;q=,application/openmetrics-text;q=.                              | OPEN_METRICS",
      })
  void formatIsTheOneThatTheClientPrefers(String accept, TextFormat format) {
    assertThat(TextFormat.of(accept == null ? "" : accept)).isEqualTo(format);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
            + "application/openmetrics-text;version=0.0.1;q=0.5,"
            + "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,"
            + "text/plain;version=0.0.4;q=0.3,*/*;q=0.2 | OPEN_METRICS",
        "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;"
            + "q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1 | OPEN_METRICS",
        "text/plain;version=0.0.4;q=1,*/*;q=0.1 | PROMETHEUS",
      })
  void headersOfPrometheusAreUnderstood(String accept, TextFormat format) {
    assertThat(TextFormat.of(accept)).isEqualTo(format);
  }
}
