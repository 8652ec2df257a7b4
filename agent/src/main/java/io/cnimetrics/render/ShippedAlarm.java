package io.cnimetrics.render;

import java.util.List;
import java.util.Locale;

/** The alarms worth having on a cluster's metrics, at a period of 60 s. */
public enum ShippedAlarm {
  NO_ADDRESS("pods get no address", Severity.PAGE, "Maximum ≥ 3", "noAddressMinutes"),
  IPAMD_DOWN("ipamD is down on a node", Severity.PAGE, "Maximum ≥ 5", "ipamdDownMinutes"),
  SUBNET_EMPTY(
      "a subnet is empty",
      Severity.PAGE,
      "Minimum below a bound in 3 of 5 minutes; with `--subnets`",
      "subnetFreeIPs"),
  NO_DATA("no data", Severity.TICKET, "SampleCount missing in 15 of 15 minutes", "ipamdUp"),
  WARM_POOL_EMPTY(
      "warm pool empty though it may grow",
      Severity.TICKET,
      "Maximum ≥ 10",
      "warmPoolEmptyMinutes"),
  ADDRESS_LOST(
      "pods lost their address",
      Severity.TICKET,
      "Sum of both > 0",
      "forceRemoveIPs",
      "forceRemoveENI"),
  DENIED("EC2 denies ipamD", Severity.TICKET, "Sum > 0 in 5 of 15 minutes", "awsAPIDeniedErr"),
  THROTTLED(
      "EC2 throttles ipamD",
      Severity.TICKET,
      "quotient of the Sums > 5 % in 5 of 15 minutes",
      "awsAPIThrottleErr",
      "ec2ApiReqCount"),
  NODES_NEARLY_FULL(
      "nodes nearly full",
      Severity.TICKET,
      "p90 ≥ 90 in 15 of 15 minutes; off by default: packed clusters are full on purpose",
      "nodeIPUtilization");

  /** The alarm on all that page: while it is there, they only feed it. */
  public static final String COMPOSITE = "pods can't start";

  private final String title;
  private final Severity severity;
  private final String condition;
  private final List<String> metrics;

  ShippedAlarm(String title, Severity severity, String condition, String... metrics) {
    this.title = title;
    this.severity = severity;
    this.condition = condition;
    this.metrics = List.of(metrics);
  }

  /** How urgent it is. */
  public enum Severity {
    PAGE,
    TICKET;

    String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public String title() {
    return title;
  }

  public Severity severity() {
    return severity;
  }

  String condition() {
    return condition;
  }

  /** The names of the metrics in it, by which it is billed. */
  public List<String> metrics() {
    return metrics;
  }

  public boolean isOnByDefault() {
    return this != NODES_NEARLY_FULL;
  }
}
