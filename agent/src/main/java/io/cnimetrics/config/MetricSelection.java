package io.cnimetrics.config;

import static io.cnimetrics.config.Parsers.require;

import java.util.Set;
import java.util.TreeSet;

/**
 * The selected metrics.
 *
 * @param kind all metrics, the core metrics, or the named ones
 * @param names the names; empty unless the kind is {@code NAMED}
 */
public record MetricSelection(Kind kind, Set<String> names) {
  public static final MetricSelection ALL = new MetricSelection(Kind.ALL, Set.of());
  public static final MetricSelection CORE = new MetricSelection(Kind.CORE, Set.of());
  private static final String EXPECTED =
      "expected all, core, or names separated by ',' (docs/metrics.md lists them)";

  public MetricSelection {
    names = Set.copyOf(names);
    if ((kind == Kind.NAMED) == names.isEmpty()) {
      throw new IllegalArgumentException(kind + " with names " + names);
    }
  }

  public static MetricSelection named(Set<String> names) {
    return new MetricSelection(Kind.NAMED, names);
  }

  /** Parses {@code all}, {@code core}, or names separated by {@code ,}. */
  static MetricSelection parse(String text) {
    require(!text.isEmpty(), EXPECTED);
    if (text.equalsIgnoreCase("all")) {
      return ALL;
    } else if (text.equalsIgnoreCase("core")) {
      return CORE;
    }
    Set<String> names = new TreeSet<>();
    for (String name : text.split(",", -1)) {
      names.add(name.strip());
    }
    return named(names);
  }

  /**
   * Checks the names in alphabetical order.
   *
   * @throws IllegalArgumentException for the first unknown name
   */
  public MetricSelection of(Set<String> known) {
    for (String name : new TreeSet<>(names)) {
      if (!known.contains(name)) {
        String unknown = Values.shortened(name);
        throw new IllegalArgumentException(
            "there is no metric '%s'; %s"
                .formatted(
                    unknown,
                    Nearest.of(unknown, known)
                        .map("did you mean %s?"::formatted)
                        .orElse(EXPECTED)));
      }
    }
    return this;
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
