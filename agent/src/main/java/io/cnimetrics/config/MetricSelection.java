package io.cnimetrics.config;

import static io.cnimetrics.config.Parsers.require;

import java.util.Set;
import java.util.TreeSet;

/**
 * The selected metrics.
 *
 * @param names the names of metrics, or the single word {@code all} or {@code core}
 */
public record MetricSelection(Set<String> names) {
  public static final MetricSelection ALL = new MetricSelection(Set.of("all"));
  public static final MetricSelection CORE = new MetricSelection(Set.of("core"));
  private static final String EXPECTED =
      "expected all, core, or metric names from docs/metrics.md, separated by ','";

  public MetricSelection {
    names = Set.copyOf(names);
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
    return new MetricSelection(names);
  }

  /**
   * Checks that all names of this selection are known.
   *
   * @throws IllegalArgumentException for the first unknown name in alphabetical order
   */
  public MetricSelection of(Set<String> known) {
    if (equals(ALL) || equals(CORE)) {
      return this;
    }
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

  public boolean includes(String name, boolean core) {
    return equals(ALL) || (equals(CORE) && core) || names.contains(name);
  }
}
