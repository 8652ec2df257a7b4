package io.cnimetrics.publish;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The namespace and dimensions under which values are published.
 *
 * @param sets the sets of dimensions under which each value is published; a dimension that is not
 *     known yet has an empty value, which is filled in before sending
 */
public record Destination(String namespace, List<Map<String, String>> sets) {
  /** The value of a dimension that is not known yet. */
  public static final String UNKNOWN = "";

  public Destination {
    sets = sets.stream().<Map<String, String>>map(LinkedHashMap::new).toList();
    if (sets.isEmpty()) {
      throw new IllegalArgumentException("no set of dimensions: nothing would be published");
    }
  }

  /** A copy with the unknown dimensions filled in, as far as they are known now. */
  Destination filled(Map<String, String> known) {
    return isComplete()
        ? this
        : new Destination(namespace, sets.stream().map(set -> filled(set, known)).toList());
  }

  private static Map<String, String> filled(Map<String, String> set, Map<String, String> known) {
    Map<String, String> filled = new LinkedHashMap<>(set);
    filled.replaceAll(
        (name, value) -> value.equals(UNKNOWN) ? known.getOrDefault(name, UNKNOWN) : value);
    return filled;
  }

  /** The dimensions that are not known yet. */
  Set<String> unknown() {
    return sets.stream()
        .flatMap(set -> set.entrySet().stream())
        .filter(dimension -> dimension.getValue().equals(UNKNOWN))
        .map(Map.Entry::getKey)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** Whether every dimension is known. */
  boolean isComplete() {
    return unknown().isEmpty();
  }

  /** Whether both may be the same destination: all dimensions that both know are equal. */
  boolean mayBe(Destination other) {
    return namespace.equals(other.namespace)
        && sets.size() == other.sets.size()
        && IntStream.range(0, sets.size()).allMatch(i -> mayBe(sets.get(i), other.sets.get(i)));
  }

  private static boolean mayBe(Map<String, String> one, Map<String, String> other) {
    return filled(one, other).equals(filled(other, one));
  }

  /** The approximate size in bytes of a datum in a request: measured, then rounded up. */
  int bytesOfDatums(String metric) {
    return sets.stream().mapToInt(set -> 120 + metric.length() + bytes(set)).sum();
  }

  private static int bytes(Map<String, String> set) {
    return set.entrySet().stream()
        .mapToInt(entry -> 24 + entry.getKey().length() + entry.getValue().length())
        .sum();
  }
}
