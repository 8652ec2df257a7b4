package io.cnimetrics.plan;

import io.cnimetrics.plan.Bill.Part;
import io.cnimetrics.plan.Prices.Tier;
import java.io.IOException;
import java.io.Reader;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Reads prices from a properties file and collects all problems of the file. */
final class PriceFile {
  private static final Pattern DOLLARS = Pattern.compile("[0-9]{1,6}(\\.[0-9]{1,6})?");
  private static final Pattern TIER = Pattern.compile("(.+) up to ([0-9]{1,12})");

  private final Properties lines = new Properties();
  private final List<String> problems = new ArrayList<>();

  PriceFile(Reader reader) throws IOException {
    lines.load(reader);
  }

  Prices prices() {
    Optional<String> source = read("source", Function.identity());
    Optional<String> region = read("region", Function.identity());
    Optional<LocalDate> date = read("date", PriceFile::date);
    Optional<List<Tier>> metric = read(Part.METRICS.price, PriceFile::tiers);
    Map<String, BigDecimal> others = new HashMap<>();
    Stream.of(Part.values())
        .map(part -> part.price)
        .filter(price -> !price.equals(Part.METRICS.price))
        .distinct()
        .forEach(price -> read(price, PriceFile::dollars).ifPresent(d -> others.put(price, d)));
    for (String unknown : new TreeSet<>(lines.stringPropertyNames())) {
      problems.add("'%s' is not the name of a price".formatted(unknown));
    }
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", problems));
    }
    return new Prices(
        source.orElseThrow(),
        region.orElseThrow(),
        date.orElseThrow(),
        metric.orElseThrow(),
        others);
  }

  /** Reads one entry and removes it, so that only unknown entries are left after all reads. */
  private <T> Optional<T> read(String key, Function<String, T> parser) {
    String value = lines.getProperty(key, "").strip();
    lines.remove(key);
    if (value.isEmpty()) {
      problems.add("%s is missing".formatted(key));
      return Optional.empty();
    }
    try {
      return Optional.of(parser.apply(value));
    } catch (IllegalArgumentException e) {
      problems.add("%s '%s': %s".formatted(key, value, e.getMessage()));
      return Optional.empty();
    }
  }

  private static LocalDate date(String value) {
    try {
      return LocalDate.parse(value);
    } catch (DateTimeParseException e) {
      throw new IllegalArgumentException("expected a date such as 2026-11-21", e);
    }
  }

  private static BigDecimal dollars(String value) {
    if (!DOLLARS.matcher(value).matches()) {
      throw new IllegalArgumentException("expected dollars such as 0.30");
    }
    return new BigDecimal(value);
  }

  private static List<Tier> tiers(String value) {
    List<Tier> tiers = new ArrayList<>();
    long from = 0;
    String[] parts = value.split(",", -1);
    for (int i = 0; i < parts.length; i++) {
      Matcher matcher = TIER.matcher(parts[i].strip());
      boolean bounded = matcher.matches();
      long upTo = bounded ? Long.parseLong(matcher.group(2)) : Long.MAX_VALUE;
      if (bounded == (i == parts.length - 1) || upTo <= from) {
        throw new IllegalArgumentException(
            "expected tiers with growing limits and a last tier without a limit,"
                + " such as 0.30 up to 10000, 0.10");
      }
      tiers.add(new Tier(dollars(bounded ? matcher.group(1) : parts[i].strip()), upTo));
      from = upTo;
    }
    return List.copyOf(tiers);
  }
}
