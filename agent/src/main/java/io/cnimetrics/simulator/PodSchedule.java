package io.cnimetrics.simulator;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The number of pods that shall run on the node, by model time. The number is constant, or changes
 * at a constant rate from {@code from} to {@code to}. Each pod needs an address.
 *
 * @param from the number of pods at the start
 * @param to the number of pods at the end
 * @param podsPerSecond change of the number per second of model time; unused if constant
 */
public record PodSchedule(int from, int to, double podsPerSecond) {
  private static final Pattern TEXT =
      Pattern.compile("(\\d{1,6})(?::(\\d{1,6}):(\\d{1,6}(?:\\.\\d{1,6})?))?");

  public PodSchedule {
    if (from != to && !(podsPerSecond > 0 && Double.isFinite(podsPerSecond))) {
      throw new IllegalArgumentException(
          "pods with a RATE of %s per second: RATE must be > 0".formatted(podsPerSecond));
    }
  }

  /** The same number of pods at all times. */
  public static PodSchedule constant(int pods) {
    return new PodSchedule(pods, pods, 0);
  }

  /**
   * Reads a constant number such as {@code 20}, or a ramp {@code FROM:TO:RATE} such as {@code
   * 0:40:0.5}. RATE is in pods per second of model time.
   *
   * @throws IllegalArgumentException if the text has neither form
   */
  public static PodSchedule parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          ("pods '%s': expected a number such as 20, or a ramp FROM:TO:RATE such as 0:40:0.5, with"
                  + " RATE in pods per second")
              .formatted(text));
    }
    int from = Integer.parseInt(matcher.group(1));
    return matcher.group(2) == null
        ? constant(from)
        : new PodSchedule(
            from, Integer.parseInt(matcher.group(2)), Double.parseDouble(matcher.group(3)));
  }

  /** The number of pods that shall run at this model time. */
  public int wantedAt(Duration sinceStart) {
    double moved = Math.floor(podsPerSecond * sinceStart.toMillis() / 1000);
    return (int) (from <= to ? Math.min(to, from + moved) : Math.max(to, from - moved));
  }
}
