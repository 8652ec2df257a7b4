package io.cnimetrics.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Derives the faults of a node from a seed. Faults of one lane never overlap, but faults of
 * different lanes can. A lane repeats a fault only after all its other faults.
 */
final class FaultSchedule {
  /** The places whose faults do not overlap, and the length of the pauses between these faults. */
  record Lane(List<Edge> edges, Duration shortestPause, Duration longestPause) {
    Lane {
      edges = List.copyOf(edges);
    }
  }

  /** During a fault of this length each loop of the agent runs at least once. */
  private static final Duration SHORTEST = Duration.ofSeconds(5);

  private FaultSchedule() {}

  /**
   * @param length the time after which no fault is active
   */
  static List<Fault> of(long seed, String node, Lane lane, Duration length) {
    Random random = new Random(seed ^ (node + lane.edges()).hashCode());
    List<Fault> faults = new ArrayList<>();
    List<Fault> deck = new ArrayList<>();
    Duration now = between(Duration.ofSeconds(2), lane.shortestPause(), random);
    while (true) {
      if (deck.isEmpty()) {
        deck.addAll(deck(node, lane, random));
      }
      Fault card = deck.remove(deck.size() - 1);
      Duration to = now.plus(lasting(card.kind(), random));
      if (to.compareTo(length) > 0) {
        return faults;
      }
      faults.add(new Fault(node, card.edge(), card.kind(), now, to));
      now = to.plus(between(lane.shortestPause(), lane.longestPause(), random));
    }
  }

  private static List<Fault> deck(String node, Lane lane, Random random) {
    List<Fault> deck = new ArrayList<>();
    for (Edge edge : lane.edges()) {
      for (Kind kind : edge.kinds()) {
        deck.add(new Fault(node, edge, kind, Duration.ZERO, Duration.ZERO));
      }
    }
    Collections.shuffle(deck, random);
    return deck;
  }

  private static Duration lasting(Kind kind, Random random) {
    return kind.longest().compareTo(SHORTEST) < 0
        ? kind.longest()
        : between(SHORTEST, kind.longest(), random);
  }

  private static Duration between(Duration least, Duration most, Random random) {
    long span = most.minus(least).toMillis();
    return least.plusMillis(span <= 0 ? 0 : random.nextLong(span));
  }
}
