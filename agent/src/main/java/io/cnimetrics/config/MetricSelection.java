package io.cnimetrics.config;

import java.util.Set;

/**
 * The selected metrics.
 *
 * @param kind all metrics, the core metrics, or the named ones
 * @param names the names; empty unless the kind is {@code NAMED}
 */
public record MetricSelection(Kind kind, Set<String> names) {
  public static final MetricSelection ALL = new MetricSelection(Kind.ALL, Set.of());
  public static final MetricSelection CORE = new MetricSelection(Kind.CORE, Set.of());

  public MetricSelection {
    names = Set.copyOf(names);
    if ((kind == Kind.NAMED) == names.isEmpty()) {
      throw new IllegalArgumentException(kind + " with names " + names);
    }
  }

  public static MetricSelection named(Set<String> names) {
    return new MetricSelection(Kind.NAMED, names);
  }

  /** Whether a metric is selected. */
  public boolean includes(String name, boolean core) {
    return switch (kind) {
      case ALL -> true;
      case CORE -> core;
      case NAMED -> names.contains(name);
    };
  }

  /** The three kinds of selection. */
  public enum Kind {
    ALL,
    CORE,
    NAMED
  }
}
