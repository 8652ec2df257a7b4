package io.cnimetrics.plan;

import io.cnimetrics.plan.Bill.Part;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * CloudWatch prices of one region on one day, in US dollars.
 *
 * @param source the source from which the prices were copied
 * @param metric the price of one metric a month, in tiers; the last tier has no limit
 * @param others all other prices, by their names in the file
 */
public record Prices(
    String source,
    String region,
    LocalDate date,
    List<Tier> metric,
    Map<String, BigDecimal> others) {

  private static final String BUNDLED = "prices.properties";

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

  /** The price of this number of units of a part of the bill, not rounded. */
  public BigDecimal of(Part part, long units) {
    if (part == Part.METRICS) {
      return ofMetrics(units);
    }
    BigDecimal price = Objects.requireNonNull(others.get(part.price));
    return price.multiply(BigDecimal.valueOf(units)).divide(BigDecimal.valueOf(part.priced));
  }

  private BigDecimal ofMetrics(long metrics) {
    BigDecimal dollars = BigDecimal.ZERO;
    long from = 0;
    for (Tier tier : metric) {
      long inTier = Math.max(0, Math.min(metrics, tier.upTo()) - from);
      dollars = dollars.add(tier.dollars().multiply(BigDecimal.valueOf(inTier)));
      from = tier.upTo();
    }
    return dollars;
  }
}
