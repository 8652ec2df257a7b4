package io.cnimetrics.snapshot;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The addresses that one answer of introspection lists, as ipamD writes them, such as {@code
 * 10.0.1.23}. ipamD does not list the addresses of a prefix before a pod used them.
 *
 * @param all some of these addresses are listed twice
 * @param held the addresses that pods hold
 * @param uses the last use of each listed address; empty if ipamD does not report the times, as
 *     before release 1.11.0
 */
public record ListedAddresses(List<String> all, List<String> held, Optional<List<Use>> uses) {
  public ListedAddresses {
    all = List.copyOf(all);
    held = List.copyOf(held);
    uses = uses.map(List::copyOf);
  }

  /**
   * When a pod got an address, and when it released the address.
   *
   * @param assigned a time long ago if no pod ever held the address
   * @param released empty if the pod still holds the address
   */
  public record Use(Instant assigned, Optional<Instant> released) {}
}
