package io.cnimetrics.health;

import java.util.Map;

/**
 * Limits of the JDK's HTTP server. Only system properties set them, and only before the server's
 * classes are loaded. A property that is already set is kept.
 */
final class ServerLimits {
  private static final Map<String, String> PROPERTIES =
      Map.of(
          // Connections without a request are closed after 5 to 10 s: checking each second would
          // use a tenth of an idle agent's CPU time.
          "sun.net.httpserver.idleInterval", "5",
          "sun.net.httpserver.clockTick", "5000",
          // An idle connection takes about 0.9 kB of heap; connections above this limit are closed
          // at once.
          "jdk.httpserver.maxConnections", "1100",
          // 380 kB by default: eight such requests would fill a small heap.
          "sun.net.httpserver.maxReqHeaderSize", "16384",
          // A response is two writes: without this the second waits for the acknowledgement of the
          // first.
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
