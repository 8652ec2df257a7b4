package io.cnimetrics.recommend;

/**
 * ipamD's targets for the warm pool, for all nodes of a cluster.
 *
 * @param warmIp {@code WARM_IP_TARGET}, the number of available addresses
 * @param minimumIp {@code MINIMUM_IP_TARGET}, the least number of addresses; 0 if unset
 */
public record Targets(int warmIp, int minimumIp) {}
