package io.cnimetrics.health;

import java.time.Duration;

/**
 * The buffered minutes that are not sent yet.
 *
 * @param minutes the number of minutes whose datums wait
 * @param oldest the age of the oldest of these minutes; zero if none waits
 */
public record Backlog(long minutes, Duration oldest) {}
