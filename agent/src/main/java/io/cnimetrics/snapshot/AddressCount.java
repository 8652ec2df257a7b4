package io.cnimetrics.snapshot;

/**
 * Addresses of one kind on one network interface.
 *
 * @param total addresses that ipamD may assign, over all CIDRs
 * @param assigned addresses that pods hold
 * @param cooling recently released addresses, which ipamD does not assign yet
 */
public record AddressCount(long total, long assigned, long cooling) {
  public static final AddressCount NONE = new AddressCount(0, 0, 0);

  /**
   * @throws IllegalArgumentException if a count is negative, or assigned and cooling addresses are
   *     more than the total
   */
  public AddressCount {
    if (total < 0 || assigned < 0 || cooling < 0 || assigned + cooling > total) {
      throw new IllegalArgumentException(
          "total %d, assigned %d, cooling %d addresses".formatted(total, assigned, cooling));
    }
  }

  /** Addresses that are neither assigned nor cooling. */
  public long free() {
    return total - assigned - cooling;
  }

  public AddressCount plus(AddressCount other) {
    return new AddressCount(
        Math.addExact(total, other.total),
        Math.addExact(assigned, other.assigned),
        Math.addExact(cooling, other.cooling));
  }
}
