package io.cnimetrics.cli;

import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.config.AgentConfig;
import io.cnimetrics.config.Values;
import io.cnimetrics.health.MetricsPage.BuildInfo;
import io.cnimetrics.wiring.AgentComponent;
import io.cnimetrics.wiring.DaggerAgentComponent;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;

/** The settings and the objects of a command that polls this node. */
final class ThisNode {
  private static final Path KERNEL = Path.of("/proc/sys/kernel/hostname");

  private ThisNode() {}

  /**
   * Reads all settings.
   *
   * @throws io.cnimetrics.config.ConfigException if any value is invalid
   */
  static AgentConfig config(Values values) {
    return AgentConfig.of(values, hostName(), MetricCatalog.names());
  }

  static AgentComponent component(AgentConfig config, InstantSource clock) {
    return DaggerAgentComponent.factory().create(config, BuildInfo.of(Version.get()), clock);
  }

  /** On Linux the host name comes from the kernel, because a DNS request may hang. */
  private static String hostName() {
    try {
      String name = Files.readString(KERNEL).strip();
      if (!name.isEmpty()) {
        return name;
      }
    } catch (IOException e) {
      // This system is not Linux. The JVM finds the host name instead.
    }
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "localhost";
    }
  }
}
