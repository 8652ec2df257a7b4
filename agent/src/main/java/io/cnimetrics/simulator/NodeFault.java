package io.cnimetrics.simulator;

import java.time.Duration;

/** A fault that the simulator adds to the node, apart from faults of EC2 and of HTTP. */
public enum NodeFault {
  /** Introspection uses the metrics port, as in release 1.4.0 and all releases up to 1.3.3. */
  ONE_PORT,
  /** The start of ipamD took 95 s. */
  SLOW_START,
  /** ipamD restarts every 20 s. */
  FLAPPING,
  /** ipamD runs for 20 s and is down for 10 s, again and again. */
  CRASH_LOOP,
  /** A change of the address pool never ends. */
  STUCK_ACTION,
  /** An interface with pods was detached, but not by ipamD. */
  FORCED_REMOVAL,
  /** ipamD needs a trunk interface, but the node has no free slot for an interface. */
  NO_TRUNK_SLOT,
  /** ipamD keeps a slot for a trunk interface that never comes. */
  TRUNK_SLOT_KEPT,
  /** Custom networking was enabled while pods ran on the primary interface. */
  LATE_CUSTOM_NETWORKING,
  /** The node has custom networking, but the ENIConfig was deleted. */
  ENICONFIG_MISSING,
  /** A tag excludes the subnet of the second interface from use for pods. */
  EXCLUDED_ENI,
  /** The primary interface still has single addresses, although prefixes are enabled. */
  LEFTOVER_SINGLES,
  /** ipamD's own table has one interface more than EC2 allows. */
  ENI_LIMIT_TOO_HIGH,
  /** Instance metadata does not answer. */
  METADATA_AWAY,
  /** The node is an IPv6 node, and EC2 denies the /80 prefix. */
  NO_IPV6_PREFIX,
  /** ipamD does not learn that pods end, and keeps the addresses of these pods. */
  LEAKS,
  /** Each pod ends after about 20 s, and a new pod replaces the old pod. */
  CHURN;

  /** With {@link #FLAPPING} or {@link #CRASH_LOOP}, how long ipamD runs in model time. */
  static final Duration UPTIME = Duration.ofSeconds(20);

  /** With {@link #CRASH_LOOP}, how long ipamD is down in model time. */
  static final Duration DOWNTIME = Duration.ofSeconds(10);

  /** With {@link #CHURN}, the lifetime of a pod in model time. */
  static final int POD_LIFE_SECONDS = 20;
}
