package io.cnimetrics.health;

import java.time.Duration;

/**
 * What waits to be sent.
 *
 * @param minutes how many minutes' datums wait
 * @param oldest the age of the oldest of these minutes; zero if none waits
 */
public record Backlog(long minutes, Duration oldest) {}
