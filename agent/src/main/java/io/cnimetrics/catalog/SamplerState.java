package io.cnimetrics.catalog;

import io.cnimetrics.snapshot.AddressMode;
import io.cnimetrics.snapshot.Series;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The state that is remembered from poll to poll. If it is stored, sampling continues after a
 * restart of the agent without a gap.
 *
 * @param totals the counters at the last good read of ipamD's metrics
 * @param restarts restarts of ipamD seen so far
 * @param ipamdSeen whether ipamD was read at least once
 * @param down minutes in which no poll could read introspection
 * @param warmPoolEmpty minutes without an available address although the pool may grow
 * @param refusals minutes in which pods were refused an address
 * @param mode the mode by the last ipamD gauges that showed it
 */
public record SamplerState(
    Optional<CounterTotals> totals,
    long restarts,
    boolean ipamdSeen,
    Streak down,
    Streak warmPoolEmpty,
    Refusals refusals,
    Optional<AddressMode> mode) {
  public static final SamplerState NONE =
      new SamplerState(
          Optional.empty(), 0, false, Streak.NONE, Streak.NONE, Refusals.NONE, Optional.empty());

  private static final String TOTAL = "total.";
  private static final String MODE = "mode.";

  /** As named numbers, for storage; {@link #of} reads them back. */
  public Map<String, Double> toNumbers() {
    Map<String, Double> numbers = new TreeMap<>();
    totals.ifPresent(
        known -> {
          numbers.put("totals", 1.0);
          known.processStartSeconds().ifPresent(seconds -> numbers.put("processStart", seconds));
          known.bootSeconds().ifPresent(seconds -> numbers.put("boot", seconds));
          known.bySeries().forEach((series, total) -> numbers.put(TOTAL + series, total));
        });
    numbers.put("restarts", (double) restarts);
    numbers.put("ipamdSeen", ipamdSeen ? 1.0 : 0.0);
    down.toNumbers("down.", numbers);
    warmPoolEmpty.toNumbers("warmPoolEmpty.", numbers);
    refusals.toNumbers("refusals.", numbers);
    mode.ifPresent(known -> numbers.put(MODE + known, 1.0));
    // A total that no read has shown as a number is not stored: absent means unknown.
    numbers.values().removeIf(number -> !Double.isFinite(number));
    return numbers;
  }

  /** Reads stored numbers, perhaps of another release: a missing number means unknown. */
  public static SamplerState of(Map<String, Double> numbers) {
    return new SamplerState(
        numbers.containsKey("totals") ? Optional.of(totals(numbers)) : Optional.empty(),
        numbers.getOrDefault("restarts", 0.0).longValue(),
        numbers.getOrDefault("ipamdSeen", 0.0) > 0,
        Streak.of("down.", numbers),
        Streak.of("warmPoolEmpty.", numbers),
        Refusals.of("refusals.", numbers),
        Stream.of(AddressMode.values())
            .filter(mode -> numbers.containsKey(MODE + mode))
            .findFirst());
  }

  private static CounterTotals totals(Map<String, Double> numbers) {
    Map<Series, Double> bySeries = new HashMap<>();
    for (Series counter : MetricCatalog.counters()) {
      bySeries.put(counter, numbers.getOrDefault(TOTAL + counter, Double.NaN));
    }
    return new CounterTotals(number("processStart", numbers), number("boot", numbers), bySeries);
  }

  private static OptionalDouble number(String name, Map<String, Double> numbers) {
    Double number = numbers.get(name);
    return number == null ? OptionalDouble.empty() : OptionalDouble.of(number);
  }
}
