package io.cnimetrics.catalog;

import io.cnimetrics.snapshot.AddressMode;
import io.cnimetrics.snapshot.IpamdMetrics;
import io.cnimetrics.snapshot.IpamdMetrics.Boot;
import io.cnimetrics.snapshot.Series;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The state that the agent remembers from poll to poll. If the state is stored on disk, a restart
 * of the agent causes no gap in the samples.
 *
 * @param totals the totals of the counters at the last successful read of ipamD's metrics
 * @param restarts the number of ipamD restarts that polls have shown
 * @param starts the number of starts of the agent, including starts before this one
 * @param ipamdSeen whether this agent has read ipamD; this is not stored, because the agent has a
 *     grace period after each start
 * @param down the consecutive minutes in which no poll could read ipamD
 * @param warmPoolEmpty the consecutive minutes in which the pool could grow but had no free address
 * @param refusals the minutes in which ipamD refused pods an address
 * @param recentRestarts the ipamD restarts of the last 15 minutes
 * @param mode the last address mode that ipamD's gauges showed
 */
public record SamplerState(
    Optional<CounterTotals> totals,
    long restarts,
    long starts,
    boolean ipamdSeen,
    Streak down,
    Streak warmPoolEmpty,
    Refusals refusals,
    RecentRestarts recentRestarts,
    Optional<AddressMode> mode) {
  /** The state before the first poll of the first agent. */
  public static final SamplerState NONE = of(Map.of());

  private static final String TOTAL = "total.";
  private static final String MODE = "mode.";

  /** Converts the state to named numbers, for storage. {@link #of} is the inverse. */
  public Map<String, Double> toNumbers() {
    Map<String, Double> numbers = new TreeMap<>();
    totals.ifPresent(
        known -> {
          numbers.put("totals", 1.0);
          known.processStartSeconds().ifPresent(seconds -> numbers.put("processStart", seconds));
          known
              .boot()
              .ifPresent(
                  boot -> {
                    numbers.put("boot", boot.seconds());
                    boot.id().ifPresent(id -> numbers.put("bootId", id));
                  });
          known.bySeries().forEach((series, total) -> numbers.put(TOTAL + series, total));
        });
    numbers.put("restarts", (double) restarts);
    numbers.put("starts", (double) starts);
    down.toNumbers("down.", numbers);
    warmPoolEmpty.toNumbers("warmPoolEmpty.", numbers);
    refusals.toNumbers("refusals.", numbers);
    recentRestarts.toNumbers("restarted.", numbers);
    mode.ifPresent(known -> numbers.put(MODE + known, 1.0));
    // NaN means an unknown total. An unknown total is not stored.
    numbers.values().removeIf(number -> !Double.isFinite(number));
    return numbers;
  }

  /** Converts stored numbers. A number that an older release did not store is unknown. */
  public static SamplerState of(Map<String, Double> numbers) {
    return new SamplerState(
        numbers.containsKey("totals") ? Optional.of(totals(numbers)) : Optional.empty(),
        numbers.getOrDefault("restarts", 0.0).longValue(),
        numbers.getOrDefault("starts", 1.0).longValue(),
        false,
        Streak.of("down.", numbers),
        Streak.of("warmPoolEmpty.", numbers),
        Refusals.of("refusals.", numbers),
        RecentRestarts.of("restarted.", numbers),
        Stream.of(AddressMode.values())
            .filter(mode -> numbers.containsKey(MODE + mode))
            .findFirst());
  }

  /** The state of a restarted agent, which continues from this state. */
  public SamplerState restarted() {
    return new SamplerState(
        totals, restarts, starts + 1, false, down, warmPoolEmpty, refusals, recentRestarts, mode);
  }

  private static CounterTotals totals(Map<String, Double> numbers) {
    Map<Series, Double> bySeries = new HashMap<>();
    for (Series counter : MetricCatalog.counters()) {
      double total = numbers.getOrDefault(TOTAL + counter, Double.NaN);
      bySeries.put(counter, total >= 0 && IpamdMetrics.isUsable(total) ? total : Double.NaN);
    }
    Optional<Boot> boot =
        Optional.ofNullable(numbers.get("boot"))
            .map(seconds -> new Boot(seconds, number("bootId", numbers)));
    return new CounterTotals(number("processStart", numbers), boot, bySeries);
  }

  private static OptionalDouble number(String name, Map<String, Double> numbers) {
    Double number = numbers.get(name);
    return number == null ? OptionalDouble.empty() : OptionalDouble.of(number);
  }
}
