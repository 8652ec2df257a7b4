package io.cnimetrics.console;

import java.util.List;
import java.util.Optional;

/**
 * The settings of an alarm template.
 *
 * @param clusterId the default of the template's parameter; if empty, the parameter is required
 * @param region the cluster's region; empty for the region of the stack
 * @param namespace the default of the template's parameter
 * @param publishMinutes the agents' publish interval, in minutes
 * @param subnetIds the subnets to watch; alarms cannot search for metrics
 * @param dashboard whether the template includes the dashboard
 */
public record AlarmSettings(
    Optional<String> clusterId,
    Optional<String> region,
    String namespace,
    int publishMinutes,
    List<String> subnetIds,
    boolean dashboard) {}
