package io.cnimetrics.agent;

import java.time.Instant;
import java.time.InstantSource;

/** A clock that a benchmark sets. */
final class ModelClock implements InstantSource {
  static final Instant START = Instant.parse("2026-11-21T00:00:00Z");

  private volatile Instant now;

  ModelClock() {
    this(START);
  }

  ModelClock(Instant start) {
    this.now = start;
  }

  void set(Instant instant) {
    now = instant;
  }

  @Override
  public Instant instant() {
    return now;
  }
}
