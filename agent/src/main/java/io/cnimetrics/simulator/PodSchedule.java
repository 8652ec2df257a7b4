package io.cnimetrics.simulator;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How many pods that need an address shall run on the node over time: a constant number, or a ramp
 * up or down to a constant number.
 *
 * @param from pods wanted at the start
 * @param to pods wanted at the end
 * @param podsPerSecond how fast the number changes, in model time; unused for a constant number
 */
public record PodSchedule(int from, int to, double podsPerSecond) {
  private static final Pattern TEXT =
      Pattern.compile("(\\d{1,6})(?::(\\d{1,6}):(\\d{1,6}(?:\\.\\d{1,6})?))?");

  public PodSchedule {
    if (from != to && !(podsPerSecond > 0 && Double.isFinite(podsPerSecond))) {
      throw new IllegalArgumentException(
          "pods at a rate of %s per second: must be > 0".formatted(podsPerSecond));
    }
  }

  /** The same number of pods at all times. */
  public static PodSchedule constant(int pods) {
    return new PodSchedule(pods, pods, 0);
  }

  /**
   * Reads {@code "20"}, or {@code "FROM:TO:RATE"} with a rate in pods per model second, such as
   * {@code "0:40:0.5"}.
   *
   * @throws IllegalArgumentException if the text is neither
   */
  public static PodSchedule parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          ("pods '%s': expected a number such as 20, or FROM:TO:RATE with pods per second such as"
                  + " 0:40:0.5")
              .formatted(text));
    }
    int from = Integer.parseInt(matcher.group(1));
    return matcher.group(2) == null
        ? constant(from)
        : new PodSchedule(
            from, Integer.parseInt(matcher.group(2)), Double.parseDouble(matcher.group(3)));
  }

  /** Pods wanted at that model time. */
  public int wantedAt(Duration sinceStart) {
    double moved = Math.floor(podsPerSecond * sinceStart.toMillis() / 1000);
    return (int) (from <= to ? Math.min(to, from + moved) : Math.max(to, from - moved));
  }
}
