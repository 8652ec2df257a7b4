package io.cnimetrics.simulator;

import java.time.Duration;

/**
 * A fault or a special state of the simulated node that is neither an {@link Ec2Fault} nor an
 * {@link HttpFault}.
 */
enum NodeFault {
  /** Introspection uses the metrics port, as in release 1.4.0 and all releases up to 1.3.3. */
  ONE_PORT,
  /** The start of ipamD took 95 s. */
  SLOW_START,
  /** ipamD restarts every 20 s. */
  FLAPPING,
  /** ipamD repeatedly runs for 20 s and then is down for 10 s. */
  CRASH_LOOP,
  /** A change of the address pool never ends. */
  STUCK_ACTION,
  /** An interface with pods was detached, but not by ipamD. */
  FORCED_REMOVAL,
  /** ipamD needs a trunk interface, but the node has no free slot for the interface. */
  NO_TRUNK_SLOT,
  /** ipamD keeps a slot free for a trunk interface, but nothing attaches this interface. */
  TRUNK_SLOT_KEPT,
  /** Custom networking was enabled while pods ran on the primary interface. */
  LATE_CUSTOM_NETWORKING,
  /** The node has custom networking, but the ENIConfig was deleted. */
  ENICONFIG_MISSING,
  /** A tag excludes the subnet of the second interface from use for pods. */
  EXCLUDED_ENI,
  /** Prefixes are enabled, but the primary interface still has single addresses. */
  LEFTOVER_SINGLES,
  /** ipamD's table of limits permits one interface more than EC2 does. */
  ENI_LIMIT_TOO_HIGH,
  /** Instance metadata does not answer. */
  METADATA_AWAY,
  /** The node belongs to SageMaker HyperPod: SageMaker, and not EC2, attaches the interfaces. */
  HYPERPOD,
  /** The node is an IPv6 node, and EC2 denies the /80 prefix. */
  NO_IPV6_PREFIX,
  /** ipamD does not learn that pods end, and keeps the addresses of these pods. */
  LEAKS,
  /** Each pod ends after at most 20 s, and a new pod replaces the old pod. */
  CHURN;

  /** The model time for which ipamD runs with {@link #FLAPPING} or {@link #CRASH_LOOP}. */
  static final Duration UPTIME = Duration.ofSeconds(20);

  /** The model time for which ipamD is down with {@link #CRASH_LOOP}. */
  static final Duration DOWNTIME = Duration.ofSeconds(10);

  /** The lifetime of a pod with {@link #CHURN}, in model time. */
  static final int POD_LIFE_SECONDS = 20;
}
