package io.cnimetrics.simulator;

/**
 * ipamD's settings for the pool of free addresses that it keeps ready.
 *
 * @param eni {@code WARM_ENI_TARGET}: interfaces' worth of free addresses
 * @param ip {@code WARM_IP_TARGET}: free addresses; 0 if unset, as ipamD has it
 * @param minimumIp {@code MINIMUM_IP_TARGET}: addresses in all; 0 if unset
 * @param prefix {@code WARM_PREFIX_TARGET}: free prefixes, with prefix delegation
 */
public record WarmTargets(int eni, int ip, int minimumIp, int prefix) {
  public WarmTargets {
    if (eni < 0 || ip < 0 || minimumIp < 0 || prefix < 0) {
      throw new IllegalArgumentException(
          "warm targets must be ≥ 0: %d ENIs, %d addresses, at least %d addresses, %d prefixes"
              .formatted(eni, ip, minimumIp, prefix));
    }
  }

  /** Whether addresses are counted one by one: then the other two targets are not looked at. */
  boolean byAddress() {
    return ip > 0 || minimumIp > 0;
  }
}
