package io.cnimetrics.capacity;

/**
 * The number of pods that the kubelet admits on this node.
 *
 * @param maxPods the kubelet's {@code max-pods}
 * @param hostNetworkPods how many of these pods need no address, such as aws-node and this agent
 */
public record PodLimits(int maxPods, int hostNetworkPods) {
  /** Above this number of CPUs, EKS recommends 250 pods instead of 110. */
  private static final int CPUS_OF_SMALL_NODES = 30;

  public PodLimits {
    if (maxPods < 1 || hostNetworkPods < 0) {
      throw new IllegalArgumentException(
          "%d pods, %d of them on the host network".formatted(maxPods, hostNetworkPods));
    }
  }

  /** EKS's recommended {@code max-pods} for a node with this number of CPUs. */
  public static int defaultMaxPods(int hostCpus) {
    return hostCpus > CPUS_OF_SMALL_NODES ? 250 : 110;
  }

  /** At least aws-node and kube-proxy are on the host network. */
  private static final int SURELY_ON_HOST_NETWORK = 2;

  /**
   * The largest possible number of pods with an address. If pods hold more addresses, addresses
   * have leaked.
   */
  public int mostWithAddress() {
    return maxPods - Math.min(SURELY_ON_HOST_NETWORK, hostNetworkPods);
  }

  /** The number of admitted pods that need an address. */
  public int podsWithAddress() {
    return Math.max(0, maxPods - hostNetworkPods);
  }
}
