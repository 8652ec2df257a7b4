package io.cnimetrics.snapshot;

import java.util.OptionalLong;

/**
 * What ipamD tells of its own settings under {@code /v1/ipamd-env-settings}.
 *
 * @param customNetworking whether pods get addresses from other subnets than the node's, so that
 *     the primary interface carries none
 * @param warmIpTarget {@code WARM_IP_TARGET}, 0 if it is not set; empty if it is not told
 */
public record IpamdSettings(boolean customNetworking, OptionalLong warmIpTarget) {}
