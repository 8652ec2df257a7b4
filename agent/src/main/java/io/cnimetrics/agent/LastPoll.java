package io.cnimetrics.agent;

import io.cnimetrics.catalog.Reading;
import io.cnimetrics.catalog.Sample;
import java.util.List;
import java.util.Optional;

/** What the last poll came to; written by one thread and read by others. */
public final class LastPoll {
  private volatile Optional<Reading> reading = Optional.empty();

  void was(Reading newest) {
    reading = Optional.of(newest);
  }

  boolean hasBeen() {
    return reading.isPresent();
  }

  /** Its samples; none before the first poll. */
  public List<Sample> samples() {
    return reading.map(Reading::samples).orElse(List.of());
  }
}
