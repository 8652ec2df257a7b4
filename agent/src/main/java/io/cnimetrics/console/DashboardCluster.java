package io.cnimetrics.console;

import java.util.Optional;

/**
 * A cluster on the dashboard.
 *
 * @param accountId the account of its metrics; empty for the account of the dashboard
 */
public record DashboardCluster(String clusterId, String region, Optional<String> accountId) {
  /** The names that searches, tags and alarm names all accept; EKS cluster names are simpler. */
  public static final String NAMES = "[A-Za-z0-9 _.:/=+@-]{1,128}";
}
