package io.cnimetrics.simulator;

import java.time.Duration;

/** Something that goes wrong on the simulated node, beside what its settings bring about. */
public enum NodeFault {
  /** The role of aws-node has no policy: EC2 refuses every change. */
  EC2_DENIES("UnauthorizedOperation", 1),
  /** Too many callers: EC2 refuses every third change. */
  EC2_THROTTLES("RequestLimitExceeded", 3),
  /** EC2 holds more addresses than ipamD knows of: it refuses every third change. */
  EC2_AT_ENI_LIMIT("PrivateIpAddressLimitExceeded", 3),
  /** As releases up to 1.3.3, and 1.4.0: introspection is served beside the metrics alone. */
  ONE_PORT,
  /** ipamD took long until it could serve pods. */
  SLOW_START,
  /** ipamD restarts again and again. */
  FLAPPING,
  /** A change of the pool never ends. */
  STUCK_ACTION,
  /** Somebody detached an interface that had pods. */
  FORCED_REMOVAL,
  /** A trunk is wanted on a node whose slots are taken. */
  NO_TRUNK_SLOT,
  /** Custom networking was switched on while pods ran on the primary interface. */
  LATE_CUSTOM_NETWORKING,
  /** The subnet of the second interface is tagged as not for pods. */
  EXCLUDED_ENI,
  /** The primary interface has single addresses from before prefixes were switched on. */
  LEFTOVER_SINGLES,
  /** Pods end and are replaced after some 20 s. */
  CHURN;

  /** How often a flapping ipamD restarts, in model time. */
  static final Duration RESTART_INTERVAL = Duration.ofSeconds(20);

  /** How long pods live that come and go. */
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

  /** Whether EC2 refuses the change of that number. */
  boolean refuses(int change) {
    return everyNth > 0 && change % everyNth == 0;
  }

  /** The code with which it then does. */
  String ec2Code() {
    return ec2Code;
  }
}
