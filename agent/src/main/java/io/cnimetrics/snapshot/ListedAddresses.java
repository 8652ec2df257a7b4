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
 * @param lastAssigned when a pod got the newest of the held addresses; empty if no pod holds an
 *     address, or if ipamD does not report the time, as releases before 1.10.0
 * @param lastReleased when a pod last released a listed address; empty if all addresses are held
 */
public record ListedAddresses(
    List<String> all,
    List<String> held,
    Optional<Instant> lastAssigned,
    Optional<Instant> lastReleased) {
  public ListedAddresses {
    all = List.copyOf(all);
    held = List.copyOf(held);
  }
}
