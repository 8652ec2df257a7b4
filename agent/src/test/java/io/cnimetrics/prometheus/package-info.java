/**
 * {@code make prometheus-test}: a real Prometheus receives the OTLP of agents and scrapes their
 * pages, and both are compared with what the simulated ipamDs served.
 */
@NullMarked
package io.cnimetrics.prometheus;

import org.jspecify.annotations.NullMarked;
