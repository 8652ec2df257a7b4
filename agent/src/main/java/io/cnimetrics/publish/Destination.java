package io.cnimetrics.publish;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The receiver, namespace and dimensions to which values are published.
 *
 * @param namespace the namespace in CloudWatch; empty for other receivers
 * @param sets each value is published under each of these sets of dimensions. A dimension has the
 *     value {@link #UNKNOWN} until its real value is known
 */
public record Destination(Receiver receiver, String namespace, List<Map<String, String>> sets) {
  /** The value of a dimension that is not known yet. */
  public static final String UNKNOWN = "";

  public Destination {
    sets = sets.stream().<Map<String, String>>map(LinkedHashMap::new).toList();
    if (sets.isEmpty()) {
      throw new IllegalArgumentException("a destination needs at least one set of dimensions");
    }
  }

  public Destination(String namespace, List<Map<String, String>> sets) {
    this(Receiver.CLOUDWATCH, namespace, sets);
  }

  Destination withSets(List<Map<String, String>> others) {
    return new Destination(receiver, namespace, others);
  }

  /** A copy in which unknown dimensions get their values from the map, if the map has them. */
  Destination filled(Map<String, String> known) {
    return isComplete() ? this : withSets(sets.stream().map(set -> filled(set, known)).toList());
  }

  private static Map<String, String> filled(Map<String, String> set, Map<String, String> known) {
    Map<String, String> filled = new LinkedHashMap<>(set);
    filled.replaceAll(
        (name, value) -> value.equals(UNKNOWN) ? known.getOrDefault(name, UNKNOWN) : value);
    return filled;
  }

  /** The names of the dimensions whose values are not known yet. */
  Set<String> unknown() {
    return sets.stream()
        .flatMap(set -> set.entrySet().stream())
        .filter(dimension -> dimension.getValue().equals(UNKNOWN))
        .map(Map.Entry::getKey)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  boolean isComplete() {
    return unknown().isEmpty();
  }

  /** Whether the destinations can be equal, depending on the dimensions that are not known yet. */
  boolean mayBe(Destination other) {
    return receiver == other.receiver
        && namespace.equals(other.namespace)
        && sets.size() == other.sets.size()
        && IntStream.range(0, sets.size()).allMatch(i -> mayBe(sets.get(i), other.sets.get(i)));
  }

  private static boolean mayBe(Map<String, String> one, Map<String, String> other) {
    return filled(one, other).equals(filled(other, one));
  }

  /**
   * The approximate bytes of one value in a request. The numbers come from a measurement and are
   * rounded up.
   */
  int bytesOfDatums(String metric) {
    return sets.stream()
        .mapToInt(set -> 120 + metric.length() + bytes(set) + receiver.bytesOfLabels)
        .sum();
  }

  private static int bytes(Map<String, String> set) {
    return set.entrySet().stream()
        .mapToInt(entry -> 24 + entry.getKey().length() + entry.getValue().length())
        .sum();
  }
}
