package io.cnimetrics.plan;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.List;
import java.util.Objects;

/**
 * CloudWatch prices of one region on one day, in US dollars.
 *
 * @param source the source from which the prices were copied
 * @param metric the price of one metric a month, in tiers; the last tier has no limit
 * @param thousandRequests the price of a thousand requests
 * @param alarmMetric the price of one metric in an alarm a month
 * @param compositeAlarm the price of a composite alarm a month
 * @param dashboard the price of a dashboard a month
 * @param otlpGigabyte the price of 10^9 bytes of OTLP points
 * @param millionSamples the price of a million samples that queries in PromQL read
 */
public record Prices(
    String source,
    String region,
    LocalDate date,
    List<Tier> metric,
    BigDecimal thousandRequests,
    BigDecimal alarmMetric,
    BigDecimal compositeAlarm,
    BigDecimal dashboard,
    BigDecimal otlpGigabyte,
    BigDecimal millionSamples) {

  private static final String BUNDLED = "prices.properties";
  private static final BigDecimal THOUSAND = BigDecimal.valueOf(1_000);
  private static final BigDecimal MILLION = BigDecimal.valueOf(1_000_000);
  private static final BigDecimal BILLION = BigDecimal.valueOf(1_000_000_000);

  /**
   * One tier of the price of a metric.
   *
   * @param upTo the number of metrics after which the next tier starts
   */
  public record Tier(BigDecimal dollars, long upTo) {}

  public static Prices bundled() {
    try (InputStream file = Prices.class.getResourceAsStream(BUNDLED);
        Reader reader =
            new InputStreamReader(Objects.requireNonNull(file, BUNDLED), StandardCharsets.UTF_8)) {
      return read(reader);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Reads prices in the format of the bundled file.
   *
   * @throws IllegalArgumentException if entries are missing, unknown or invalid; the message lists
   *     these entries
   */
  public static Prices read(Reader reader) throws IOException {
    return new PriceFile(reader).prices();
  }

  /** The monthly price of this number of metrics. */
  BigDecimal ofMetrics(long metrics) {
    BigDecimal dollars = BigDecimal.ZERO;
    long from = 0;
    for (Tier tier : metric) {
      long inTier = Math.max(0, Math.min(metrics, tier.upTo()) - from);
      dollars = dollars.add(tier.dollars().multiply(BigDecimal.valueOf(inTier)));
      from = tier.upTo();
    }
    return cents(dollars);
  }

  public BigDecimal ofRequests(long requests) {
    return cents(thousandRequests.multiply(BigDecimal.valueOf(requests)).divide(THOUSAND));
  }

  /** The price of this number of bytes of OTLP points, not rounded. */
  BigDecimal ofOtlpBytes(long bytes) {
    return otlpGigabyte.multiply(BigDecimal.valueOf(bytes)).divide(BILLION);
  }

  /** The price of reading this number of samples with PromQL. */
  BigDecimal ofSamples(long samples) {
    return cents(millionSamples.multiply(BigDecimal.valueOf(samples)).divide(MILLION));
  }

  static BigDecimal cents(BigDecimal dollars) {
    return dollars.setScale(2, RoundingMode.HALF_UP);
  }
}
