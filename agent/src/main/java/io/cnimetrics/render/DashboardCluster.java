package io.cnimetrics.render;

import java.util.Optional;

/**
 * A cluster to be shown.
 *
 * @param accountId where its metrics are; empty for the account of the dashboard
 */
public record DashboardCluster(String clusterId, String region, Optional<String> accountId) {}
