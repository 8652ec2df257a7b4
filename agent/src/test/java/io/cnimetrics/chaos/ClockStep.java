package io.cnimetrics.chaos;

import java.time.Duration;
import java.time.Instant;

/** From when on a node's clock is how far ahead of the true one. */
record ClockStep(Instant at, Duration ahead) {}
