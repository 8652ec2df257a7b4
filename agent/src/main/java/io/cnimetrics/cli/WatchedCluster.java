package io.cnimetrics.cli;

import io.cnimetrics.config.Flag;
import io.cnimetrics.config.Parsers;
import io.cnimetrics.config.Setting;
import io.cnimetrics.console.DashboardCluster;

/** The cluster values of the commands {@code alarms} and {@code dashboard}. */
final class WatchedCluster {
  static final Flag NAMESPACE = Setting.NAMESPACE.flag();

  private WatchedCluster() {}

  static String clusterId(String text) {
    String clusterId = Parsers.clusterId(text);
    if (!clusterId.matches(DashboardCluster.NAMES)) {
      throw new IllegalArgumentException(
          "expected 1 to 128 letters, digits or any of _ . : / = + @ - and space, which searches and"
              + " tags of CloudWatch take too");
    }
    return clusterId;
  }
}
