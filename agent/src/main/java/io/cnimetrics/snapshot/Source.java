package io.cnimetrics.snapshot;

import java.util.Locale;

/** The source of a fact about the node. */
public enum Source {
  /** ipamD's introspection, {@code GET /v1/enis}. */
  INTROSPECTION,
  /** ipamD's Prometheus text, {@code GET /metrics}. */
  METRICS,
  /** The instance metadata service. */
  IMDS,
  /** The EC2 API. */
  EC2,
  /** The bundled table of instance types. */
  LIMITS;

  /** The name that people and tools read, such as {@code introspection}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
