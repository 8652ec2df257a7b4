package io.cnimetrics.simulator;

import io.cnimetrics.capacity.InstanceLimit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The kubelet's default {@code max-pods}, as max-pods-calculator.sh of the EKS AMI has it. */
final class SimMaxPods {
  private static final int HOST_NETWORK_PODS = 2;
  // The size tells the vCPUs: over 30 from 8xlarge on, and on bare metal.
  private static final Pattern SIZE = Pattern.compile(".*\\.(\\d+)xlarge");

  private SimMaxPods() {}

  static int of(String instanceType, InstanceLimit limit, boolean prefixDelegation) {
    int perSlot = prefixDelegation ? Scenario.PREFIX_SIZE : 1;
    int reachable = limit.enis() * limit.podIpv4PerEni() * perSlot + HOST_NETWORK_PODS;
    return Math.min(reachable, large(instanceType) ? 250 : 110);
  }

  private static boolean large(String instanceType) {
    Matcher size = SIZE.matcher(instanceType);
    return size.matches() ? Integer.parseInt(size.group(1)) >= 8 : instanceType.contains(".metal");
  }
}
