package io.cnimetrics.capacity;

import java.util.ArrayList;
import java.util.List;

/**
 * The largest number of addresses for pods that a node can ever have.
 *
 * @param perEni the number of addresses for pods that one ENI can have
 * @param freeSlots the number of single addresses or prefixes that the ENIs with pods can still
 *     get. An address takes one slot of an ENI, and so does a prefix
 * @param calculation the calculation without its reasons, such as {@code 18 = 2 ENIs × 9}
 * @param reasons why the number differs from the limits of the instance type
 */
public record EffectiveMaximum(
    long addresses, long perEni, long freeSlots, String calculation, List<MaximumReason> reasons) {
  public EffectiveMaximum {
    if (addresses < 0 || perEni < 0) {
      throw new IllegalArgumentException(
          "effective maximum %d, %d addresses per ENI".formatted(addresses, perEni));
    }
    reasons = List.copyOf(reasons);
  }

  /** Returns a copy with one more reason. */
  EffectiveMaximum with(MaximumReason reason) {
    List<MaximumReason> more = new ArrayList<>(reasons);
    more.add(reason);
    return new EffectiveMaximum(addresses, perEni, freeSlots, calculation, more);
  }

  /**
   * The calculation and its reasons, such as {@code 18 = 2 ENIs × 9: without the primary ENI
   * (custom networking)}.
   */
  public String explanation() {
    if (reasons.isEmpty()) {
      return calculation;
    }
    String separator = reasons.get(0) instanceof MaximumReason.IfForAllCards ? ", " : ": ";
    return calculation + separator + MaximumReason.text(reasons);
  }
}
