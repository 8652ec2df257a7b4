package io.cnimetrics.health;

import java.util.Map;

/**
 * Bounds of the JDK's server that only system properties can set, and only before its classes are
 * loaded. What is set already stays.
 */
final class ServerLimits {
  private static final Map<String, String> PROPERTIES =
      Map.of(
          // Connections on which nothing was ever sent are closed after 5 to 10 s: looking for them
          // each second would take a tenth of what an idle agent takes of a processor.
          "sun.net.httpserver.idleInterval", "5",
          "sun.net.httpserver.clockTick", "5000",
          // An idle connection takes about 0.9 kB of heap; more than these are closed at once.
          "jdk.httpserver.maxConnections", "1100",
          // 380 kB by default: eight such requests would fill a small heap.
          "sun.net.httpserver.maxReqHeaderSize", "16384",
          // An answer is two writes: the second would wait for the client's word on the first.
          "sun.net.httpserver.nodelay", "true");

  private ServerLimits() {}

  static void apply() {
    PROPERTIES.forEach(
        (name, value) -> {
          if (System.getProperty(name) == null) {
            System.setProperty(name, value);
          }
        });
  }
}
