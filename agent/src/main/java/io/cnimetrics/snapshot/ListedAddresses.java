package io.cnimetrics.snapshot;

import java.util.List;

/**
 * The addresses that one answer of introspection lists, as ipamD writes them, such as {@code
 * 10.0.1.23}. ipamD does not list the addresses of a prefix before a pod used them.
 *
 * @param all some of these addresses are listed twice
 * @param held the addresses that pods hold
 */
public record ListedAddresses(List<String> all, List<String> held) {
  public ListedAddresses {
    all = List.copyOf(all);
    held = List.copyOf(held);
  }
}
