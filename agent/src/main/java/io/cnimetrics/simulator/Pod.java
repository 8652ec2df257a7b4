package io.cnimetrics.simulator;

import java.util.Random;

/**
 * A pod that wants an address.
 *
 * @param containerId 64 hexadecimal digits
 */
record Pod(String namespace, String name, String containerId) {
  static Pod random(Random random) {
    String id = hex(random) + hex(random) + hex(random) + hex(random);
    return new Pod("shop", "web-6c9f7d8b9c-" + id.substring(0, 5), id);
  }

  private static String hex(Random random) {
    return "%016x".formatted(random.nextLong());
  }
}
