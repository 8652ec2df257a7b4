package io.cnimetrics.simulator;

import java.time.Duration;

/** A fault of the simulated node that its settings do not cause. */
public enum NodeFault {
  /** The role of aws-node has no policy: EC2 rejects every change. */
  EC2_DENIES("UnauthorizedOperation", 1),
  /** Too many callers: EC2 rejects every third change. */
  EC2_THROTTLES("RequestLimitExceeded", 3),
  /** EC2 holds more addresses than ipamD knows of: it rejects every third change. */
  EC2_AT_ENI_LIMIT("PrivateIpAddressLimitExceeded", 3),
  /** Introspection is only on the metrics port, as in releases up to 1.3.3 and in 1.4.0. */
  ONE_PORT,
  /** ipamD needed a long time until it could serve pods. */
  SLOW_START,
  /** ipamD restarts again and again. */
  FLAPPING,
  /** A change of the pool never ends. */
  STUCK_ACTION,
  /** An interface with pods was detached from outside. */
  FORCED_REMOVAL,
  /** A trunk is requested on a node without a free slot. */
  NO_TRUNK_SLOT,
  /** Custom networking was enabled while pods ran on the primary interface. */
  LATE_CUSTOM_NETWORKING,
  /** The subnet of the second interface is tagged as not for pods. */
  EXCLUDED_ENI,
  /** The primary interface has single addresses from before prefixes were enabled. */
  LEFTOVER_SINGLES,
  /** Each pod ends and is replaced after about 20 s. */
  CHURN;

  /** How often a flapping ipamD restarts, in model time. */
  static final Duration RESTART_INTERVAL = Duration.ofSeconds(20);

  /** The lifetime of pods that churn. */
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

  /** Whether EC2 rejects the change with that number. */
  boolean refuses(int change) {
    return everyNth > 0 && change % everyNth == 0;
  }

  /** The error code of that rejection. */
  String ec2Code() {
    return ec2Code;
  }
}
