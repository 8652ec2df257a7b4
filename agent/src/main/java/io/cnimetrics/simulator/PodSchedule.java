package io.cnimetrics.simulator;

import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The number of pods that should run on the node at each model time. Each pod needs an address.
 *
 * @param steps each step by the model time at which it begins. The first begins at 0. After the
 *     last step the number of pods does not change
 */
public record PodSchedule(NavigableMap<Duration, Step> steps) {
  private static final Pattern STEP =
      Pattern.compile("(\\d{1,6})(?::(\\d{1,6}):(\\d{1,6}(?:\\.\\d{1,6})?)|:(\\d{1,6})s)?");

  public PodSchedule {
    steps = Collections.unmodifiableNavigableMap(new TreeMap<>(steps));
  }

  /**
   * Reads a constant number such as {@code 20}, or steps separated by commas, such as {@code
   * 0:40:0.5,40:60s,40:5:2}. A ramp is {@code FROM:TO:RATE} with RATE in pods per second of model
   * time. A pause is {@code N:SECONDSs}.
   *
   * @throws IllegalArgumentException if the text has none of these forms
   */
  public static PodSchedule parse(String text) {
    NavigableMap<Duration, Step> steps = new TreeMap<>();
    Duration start = Duration.ZERO;
    for (String part : text.split(",", -1)) {
      Step step = step(part);
      steps.put(start, step);
      start = start.plus(step.length());
    }
    return new PodSchedule(steps);
  }

  private static Step step(String text) {
    Matcher matcher = STEP.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          ("step '%s': expected a number such as 20, a ramp FROM:TO:RATE such as 0:40:0.5, or a"
                  + " pause N:SECONDSs such as 40:60s. ',' separates steps, RATE is in pods per"
                  + " second")
              .formatted(text));
    }
    int from = Integer.parseInt(matcher.group(1));
    if (matcher.group(2) != null) {
      int to = Integer.parseInt(matcher.group(2));
      return new Step(from, to, Double.parseDouble(matcher.group(3)), Duration.ZERO);
    }
    long seconds = matcher.group(4) == null ? 0 : Long.parseLong(matcher.group(4));
    return new Step(from, from, 0, Duration.ofSeconds(seconds));
  }

  /** The number of pods that should run at this model time. */
  int wantedAt(Duration sinceStart) {
    Map.Entry<Duration, Step> step = Objects.requireNonNull(steps.floorEntry(sinceStart));
    return step.getValue().wantedAt(sinceStart.minus(step.getKey()));
  }

  /**
   * A ramp at a constant rate, or a constant number for some time.
   *
   * @param podsPerSecond the rate of a ramp, per second of model time; unused for a constant number
   * @param pause how long a constant number lasts, in model time; unused for a ramp
   */
  public record Step(int from, int to, double podsPerSecond, Duration pause) {
    public Step {
      if (from != to && !(podsPerSecond > 0 && Double.isFinite(podsPerSecond))) {
        throw new IllegalArgumentException(
            "RATE %s: must be > 0 pods per second".formatted(podsPerSecond));
      }
    }

    private Duration length() {
      return from == to
          ? pause
          : Duration.ofMillis((long) Math.ceil(1000 * Math.abs(to - from) / podsPerSecond));
    }

    private int wantedAt(Duration sinceStart) {
      double moved = Math.floor(podsPerSecond * sinceStart.toMillis() / 1000);
      return (int) (from <= to ? Math.min(to, from + moved) : Math.max(to, from - moved));
    }
  }
}
