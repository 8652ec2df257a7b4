package io.cnimetrics.console;

import java.util.Optional;

/**
 * A cluster to be shown.
 *
 * @param accountId where its metrics are; empty for the account of the dashboard
 */
public record DashboardCluster(String clusterId, String region, Optional<String> accountId) {
  /** Names that searches, tags and names of alarms all take; those of EKS clusters are simpler. */
  public static final String NAMES = "[A-Za-z0-9 _.:/=+@-]{1,128}";
}
