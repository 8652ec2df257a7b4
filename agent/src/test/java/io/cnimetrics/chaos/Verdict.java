package io.cnimetrics.chaos;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** The result of the check of a node. */
final class Verdict {
  /** The kinds of errors that the check finds. */
  enum Fault {
    LOST,
    DOUBLED,
    WRONG,
    LATE,
    ERROR
  }

  private final String node;
  private final List<String> details = new ArrayList<>();
  private final Map<Fault, Integer> counts = new EnumMap<>(Fault.class);
  private final SortedMap<String, Integer> tolerated = new TreeMap<>();
  private int datums;
  private int exact;
  private long oldestSeconds;

  Verdict(String node) {
    this.node = node;
  }

  void fault(Fault fault, String detail) {
    counts.merge(fault, 1, Integer::sum);
    details.add("%s: %s %s".formatted(node, fault, detail));
  }

  void tolerate(String why) {
    tolerated.merge(why, 1, Integer::sum);
  }

  void datum(long ageSeconds) {
    datums++;
    oldestSeconds = Math.max(oldestSeconds, ageSeconds);
  }

  /** Counts a datum for which only one value is right. */
  void comparedExactly() {
    exact++;
  }

  int count(Fault fault) {
    return counts.getOrDefault(fault, 0);
  }

  boolean isGood() {
    return details.isEmpty();
  }

  List<String> details() {
    return details;
  }

  /** The number of missing and duplicate datums that each reason excused. */
  SortedMap<String, Integer> tolerated() {
    return tolerated;
  }

  static String head() {
    return "%-8s %7s %6s %5s %7s %6s %5s %7s %9s %8s"
        .formatted(
            "node",
            "datums",
            "exact",
            "lost",
            "doubled",
            "wrong",
            "late",
            "error",
            "tolerated",
            "oldest");
  }

  @Override
  public String toString() {
    return "%-8s %7d %6d %5d %7d %6d %5d %7d %9d %6d s"
        .formatted(
            node,
            datums,
            exact,
            count(Fault.LOST),
            count(Fault.DOUBLED),
            count(Fault.WRONG),
            count(Fault.LATE),
            count(Fault.ERROR),
            tolerated.values().stream().mapToInt(count -> count).sum(),
            oldestSeconds);
  }
}
