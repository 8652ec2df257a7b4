package io.cnimetrics.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.cnimetrics.plan.Bill.Part;
import java.io.IOException;
import java.io.StringReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PricesTest {
  private static final String GOOD =
      """
      source = a price page
      region = eu-west-1
      date = 2026-11-21
      metric = 0.30 up to 10, 0.10
      thousandRequests = 0.01
      alarmMetric = 0.10
      compositeAlarm = 0.50
      dashboard = 3
      otlpGigabyte = 0.50
      millionSamples = 0.01
      """;

  @ParameterizedTest
  @CsvSource({
    "0, 0.00",
    "1, 0.30",
    "10000, 3000.00",
    "10001, 3000.10",
    "250000, 27000.00",
    "1000000, 64500.00",
    "1000100, 64502.00"
  })
  void moreMetricsCostLessEach(long metrics, String dollars) {
    assertThat(Prices.bundled().of(Part.METRICS, metrics)).isEqualByComparingTo(dollars);
  }

  @Test
  void requestEachMinuteCosts43CentsAMonth() {
    assertThat(Prices.bundled().of(Part.REQUESTS, 43_200)).isEqualByComparingTo("0.432");
  }

  @Test
  void bundledPricesNameTheirRegionAndDate() {
    assertThat(Prices.bundled().region()).isEqualTo("us-east-1");
    assertThat(Prices.bundled().date()).isAfter("2026-01-01");
    assertThat(Prices.bundled().source()).isEqualTo("Amazon CloudWatch pricing");
  }

  @Test
  void otherPricesAreReadInTheSameFormat() throws IOException {
    Prices prices = Prices.read(new StringReader(GOOD));

    assertThat(prices.region()).isEqualTo("eu-west-1");
    assertThat(prices.of(Part.METRICS, 20)).isEqualByComparingTo("4");
  }

  @Test
  void allErrorsAreReportedTogether() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> read("date = soon\ndashboard = free\nmetrics = 0.30\n"))
        .withMessageContaining("'metrics' is not the name of a price")
        .withMessageContaining("date 'soon': expected a date such as 2026-11-21")
        .withMessageContaining("dashboard 'free': expected dollars such as 0.30")
        .withMessageContaining("metric is missing")
        .withMessageContaining("region is missing");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0.30 up to 10",
        "0.30, 0.10",
        "0.30 up to 10, 0.20 up to 10, 0.10",
        "0.30 up to 0, 0.10",
        "-1",
        "0.30 up to ten, 0.10",
        ","
      })
  void priceTiersWithGapsAreRefused(String metric) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> read(GOOD.replace("0.30 up to 10, 0.10", metric)))
        .withMessageStartingWith("metric '%s': expected ".formatted(metric));
  }

  private static void read(String text) throws IOException {
    Prices.read(new StringReader(text));
  }
}
