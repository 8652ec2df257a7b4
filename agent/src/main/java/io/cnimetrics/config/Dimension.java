package io.cnimetrics.config;

import static io.cnimetrics.config.Parsers.require;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** A dimension under which CloudWatch metrics are published. */
public enum Dimension {
  CLUSTER_ID,
  NODE,
  INSTANCE_ID,
  INSTANCE_TYPE,
  AVAILABILITY_ZONE;

  /** With this limit, all metrics of one minute fit into one request of 1,000 datums. */
  private static final int MOST_SETS = 10;

  /** Parses sets of dimensions that {@code ;} separates. The sets keep their order. */
  static List<List<Dimension>> sets(String text) {
    require(!text.isEmpty(), "expected sets of dimensions, such as CLUSTER_ID;CLUSTER_ID,NODE");
    Set<Set<Dimension>> sets = new LinkedHashSet<>();
    for (String set : text.split(";", -1)) {
      Set<Dimension> dimensions = new TreeSet<>();
      for (String name : set.split(",", -1)) {
        Dimension dimension = parse(name.strip());
        require(dimensions.add(dimension), dimension + " occurs twice in one set");
      }
      require(sets.add(dimensions), "the set %s occurs twice".formatted(dimensions));
    }
    require(
        sets.size() <= MOST_SETS,
        "expected at most %d sets, because AWS bills the metrics of each set".formatted(MOST_SETS));
    return sets.stream().map(List::copyOf).toList();
  }

  private static Dimension parse(String name) {
    String constant = name.toUpperCase(Locale.ROOT).replace('-', '_');
    return Stream.of(values())
        .filter(dimension -> dimension.name().equals(constant))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "there is no dimension '%s'; expected one of %s"
                        .formatted(Values.shortened(name), List.of(values()))));
  }
}
