package io.cnimetrics.cli;

import io.cnimetrics.config.Flag;
import io.cnimetrics.config.Parsers;
import io.cnimetrics.config.Setting;
import java.util.regex.Pattern;

/** What the commands that write for the CloudWatch console take of a cluster. */
final class WatchedCluster {
  static final Flag NAMESPACE = Setting.NAMESPACE.flag();

  /** In searches, tags and names of alarms alike; names of EKS clusters are made of fewer. */
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9 _.:/=+@-]{1,128}");

  private WatchedCluster() {}

  static String clusterId(String text) {
    String clusterId = Parsers.clusterId(text);
    if (!NAME.matcher(clusterId).matches()) {
      throw new IllegalArgumentException(
          "expected 1 to 128 letters, digits or any of _ . : / = + @ - and space, which searches and"
              + " tags of CloudWatch take too");
    }
    return clusterId;
  }
}
