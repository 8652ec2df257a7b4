package io.cnimetrics.simulator;

import static java.time.temporal.ChronoField.NANO_OF_SECOND;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.Locale;
import java.util.Optional;

/**
 * Writes model times as wall-clock times. What counts to a reader is an address's age, so ages are
 * kept whatever the model's speed: both share the wall clock.
 *
 * @param wallNow the reader's now
 * @param modelNow the same moment in model time
 */
record WallClock(Instant wallNow, Duration modelNow) {
  // Go's RFC 3339: no trailing zeros in the fraction.
  private static final DateTimeFormatter FORMAT =
      new DateTimeFormatterBuilder()
          .appendPattern("uuuu-MM-dd'T'HH:mm:ss")
          .appendFraction(NANO_OF_SECOND, 0, 9, true)
          .appendLiteral('Z')
          .toFormatter(Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  /** Go's zero time for what never was. */
  String text(Optional<Duration> modelTime) {
    return modelTime
        .map(time -> FORMAT.format(wallNow.minus(modelNow.minus(time))))
        .orElse("0001-01-01T00:00:00Z");
  }
}
