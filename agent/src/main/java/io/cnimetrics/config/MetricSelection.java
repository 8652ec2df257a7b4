package io.cnimetrics.config;

import java.util.Set;

/**
 * Which metrics are wanted.
 *
 * @param kind all of them, the core six, or those that are named
 * @param names the names, for {@code NAMED} alone
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

  /** Whether a metric is wanted. */
  public boolean includes(String name, boolean core) {
    return switch (kind) {
      case ALL -> true;
      case CORE -> core;
      case NAMED -> names.contains(name);
    };
  }

  /** The three ways to choose. */
  public enum Kind {
    ALL,
    CORE,
    NAMED
  }
}
