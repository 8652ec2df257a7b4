package io.cnimetrics.capacity;

import io.cnimetrics.snapshot.AddressMode;
import io.cnimetrics.snapshot.AddressPool;
import java.util.Optional;

/**
 * The capacity of one network card.
 *
 * @param pool the part of the address pool on this card; empty if introspection is off
 * @param maximum the largest number of addresses for pods on this card; empty if unknown
 */
public record CardCapacity(
    int networkCard,
    AddressMode mode,
    Optional<AddressPool> pool,
    Optional<EffectiveMaximum> maximum) {

  /** The number of addresses that pods hold on this card. */
  public long assigned() {
    return pool.map(AddressPool::assigned).orElse(0L);
  }

  /** The number of IPv4 addresses on this card that a pod can get now. */
  public long available() {
    return pool.map(held -> held.available(mode)).orElse(0L);
  }

  /** Whether a pod can get an IPv4 address on this card after the cooldown. */
  boolean isAvailableLater() {
    return pool.filter(held -> held.availableLater(mode) > 0).isPresent();
  }

  /** Whether pods hold as many addresses as this card can ever have; false if unknown. */
  public boolean isFull() {
    return pool.isPresent() && maximum.filter(most -> assigned() >= most.addresses()).isPresent();
  }

  /** Whether no address is available although this card's part of the pool can grow. */
  public boolean isEmptyWithRoom() {
    return isEmptyBelowMaximum() && hasFreeSlot();
  }

  /** Whether no address is available, and addresses of the other mode take all slots. */
  boolean isEmptyForLackOfSlots() {
    return isEmptyBelowMaximum() && !hasFreeSlot();
  }

  private boolean isEmptyBelowMaximum() {
    return available() == 0
        && pool.isPresent()
        && maximum.filter(most -> pool.get().usableIpv4(mode) < most.addresses()).isPresent();
  }

  private boolean hasFreeSlot() {
    return maximum.filter(most -> most.freeSlots() > 0).isPresent();
  }

  /** The assigned addresses in percent of the maximum. Not finite if the maximum is 0 or absent. */
  public double utilization() {
    return 100.0 * assigned() / maximum.map(EffectiveMaximum::addresses).orElse(0L);
  }
}
