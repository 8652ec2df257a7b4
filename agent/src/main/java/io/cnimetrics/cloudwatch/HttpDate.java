package io.cnimetrics.cloudwatch;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Optional;

/** Parses dates of HTTP headers. */
final class HttpDate {
  private HttpDate() {}

  /** Empty if the value is not a date. */
  static Optional<Instant> parse(String value) {
    try {
      return Optional.of(DateTimeFormatter.RFC_1123_DATE_TIME.parse(value.strip(), Instant::from));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }
}
