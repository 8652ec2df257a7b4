package io.cnimetrics.snapshot;

/**
 * The number of addresses of one kind on one ENI.
 *
 * @param total the addresses that ipamD can assign, in all CIDRs
 * @param assigned the addresses that pods hold
 * @param cooling the addresses that pods released recently, and that ipamD does not assign yet
 */
public record AddressCount(long total, long assigned, long cooling) {
  public static final AddressCount NONE = new AddressCount(0, 0, 0);

  /**
   * @throws IllegalArgumentException if a count is negative, or if the assigned plus the cooling
   *     addresses exceed the total
   */
  public AddressCount {
    if (total < 0 || assigned < 0 || cooling < 0 || assigned + cooling > total) {
      throw new IllegalArgumentException(
          "%d addresses, %d assigned, %d cooling".formatted(total, assigned, cooling));
    }
  }

  /** The number of addresses that are not assigned and not cooling. */
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
