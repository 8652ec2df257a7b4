package io.cnimetrics.snapshot;

/**
 * What ipamD tells of its own settings under {@code /v1/ipamd-env-settings}.
 *
 * @param customNetworking whether pods get addresses from other subnets than the node's, so that
 *     the primary interface carries none
 */
public record IpamdSettings(boolean customNetworking) {}
