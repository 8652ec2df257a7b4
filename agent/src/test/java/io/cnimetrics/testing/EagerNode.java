package io.cnimetrics.testing;

import io.cnimetrics.schedule.SubnetQueries;
import java.time.Instant;
import java.util.Map;
import java.util.stream.IntStream;

/** Names of nodes whose agents ask for a subnet in their first minute. */
public final class EagerNode {
  private EagerNode() {}

  /** Returns such a name for this subnet. */
  public static String of(String subnetId) {
    return IntStream.range(0, 1000)
        .mapToObj(number -> "eager-" + number)
        .filter(name -> isDueAtOnce(name, subnetId))
        .findFirst()
        .orElseThrow();
  }

  private static boolean isDueAtOnce(String name, String subnetId) {
    SubnetQueries queries = new SubnetQueries(name, Instant.EPOCH);
    return !queries.due(Instant.EPOCH, Map.of(subnetId, 1L)).isEmpty();
  }
}
