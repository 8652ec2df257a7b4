package io.cnimetrics.chaos;

import java.time.Duration;
import java.time.Instant;

/** How far a node's clock is ahead of the true time, from a time on. */
record ClockStep(Instant at, Duration ahead) {}
