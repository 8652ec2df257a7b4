package io.cnimetrics.simulator;

import java.time.Duration;

/** A fault that the simulator adds to the node. */
public enum NodeFault {
  /** EC2 rejects every change, because the role of aws-node has no policy. */
  EC2_DENIES("UnauthorizedOperation", 1),
  /** EC2 rejects every third change, because the account sends too many requests. */
  EC2_THROTTLES("RequestLimitExceeded", 3),
  /** EC2 rejects every third change, because EC2 holds addresses that ipamD does not know. */
  EC2_AT_ENI_LIMIT("PrivateIpAddressLimitExceeded", 3),
  /** Introspection uses the metrics port, as in release 1.4.0 and all releases up to 1.3.3. */
  ONE_PORT,
  /** The start of ipamD took 95 s. */
  SLOW_START,
  /** ipamD restarts every 20 s. */
  FLAPPING,
  /** A change of the address pool never ends. */
  STUCK_ACTION,
  /** An interface with pods was detached, but not by ipamD. */
  FORCED_REMOVAL,
  /** ipamD needs a trunk interface, but the node has no free slot for an interface. */
  NO_TRUNK_SLOT,
  /** Custom networking was enabled while pods ran on the primary interface. */
  LATE_CUSTOM_NETWORKING,
  /** A tag excludes the subnet of the second interface from use for pods. */
  EXCLUDED_ENI,
  /** The primary interface still has single addresses, although prefixes are enabled. */
  LEFTOVER_SINGLES,
  /** Each pod ends after about 20 s, and a new pod replaces the old pod. */
  CHURN;

  /** With {@link #FLAPPING}, the model time between two restarts of ipamD. */
  static final Duration RESTART_INTERVAL = Duration.ofSeconds(20);

  /** With {@link #CHURN}, the lifetime of a pod in model time. */
  static final int POD_LIFE_SECONDS = 20;

  private final String ec2Code;
  private final int everyNth;

  NodeFault() {
    this("", 0);
  }

  NodeFault(String ec2Code, int everyNth) {
    this.ec2Code = ec2Code;
    this.everyNth = everyNth;
  }

  /** Whether EC2 rejects the change with this number, counted from 1. */
  boolean refuses(int change) {
    return everyNth > 0 && change % everyNth == 0;
  }

  /** The error code with which EC2 rejects a change. */
  String ec2Code() {
    return ec2Code;
  }
}
