package io.cnimetrics.testing;

import io.cnimetrics.schedule.SubnetQueryShare;
import java.util.stream.IntStream;

/** Names of nodes whose agents ask for a subnet in their first minute. */
public final class EagerNode {
  private EagerNode() {}

  /** One of those names. */
  public static String of(String subnetId) {
    return IntStream.range(0, 1000)
        .mapToObj(number -> "eager-" + number)
        .filter(name -> new SubnetQueryShare(name, subnetId).first(0) == 0)
        .findFirst()
        .orElseThrow();
  }
}
