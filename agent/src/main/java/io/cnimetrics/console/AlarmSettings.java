package io.cnimetrics.console;

import java.util.List;
import java.util.Optional;

/**
 * What a template with alarms is made for.
 *
 * @param clusterId the parameter's default; without one the parameter must be given
 * @param region of the cluster; empty for that of the stack
 * @param namespace the parameter's default
 * @param publishMinutes how often agents send
 * @param subnetIds subnets to watch; alarms cannot search for them
 * @param dashboard whether the dashboard goes with them
 */
public record AlarmSettings(
    Optional<String> clusterId,
    Optional<String> region,
    String namespace,
    int publishMinutes,
    List<String> subnetIds,
    boolean dashboard) {}
