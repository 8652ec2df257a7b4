/**
 * {@code make prometheus-test}: a real Prometheus receives OTLP from agents and scrapes the agents'
 * pages. Both results are compared with the answers of the simulated ipamDs.
 */
@NullMarked
package io.cnimetrics.prometheus;

import org.jspecify.annotations.NullMarked;
