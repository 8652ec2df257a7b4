package io.cnimetrics.doctor;

import io.cnimetrics.catalog.Cause;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The checks. Alarms and documents contain the ids, so an id never changes.
 *
 * <p>The reasons why ipamD gets no more addresses come first. They are ordered by their certainty.
 */
public enum CheckId {
  INTROSPECTION("introspection", Trait.NO_GROWTH, Trait.SHOWS_NO_ADDRESS),
  EC2_DENIED(Cause.EC2_DENIES, Trait.NO_GROWTH),
  EC2_NO_CREDENTIALS(Cause.NO_CREDENTIALS, Trait.NO_GROWTH),
  EC2_SECURITY_GROUP(Cause.SECURITY_GROUP, Trait.NO_GROWTH),
  EC2_SECURITY_GROUP_LIMIT(Cause.SECURITY_GROUP_LIMIT, Trait.NO_GROWTH),
  EC2_SUBNET_GONE(Cause.SUBNET_GONE, Trait.NO_GROWTH),
  EC2_NO_PREFIXES(Cause.NO_PREFIX_IN_SUBNET, Trait.NO_GROWTH),
  EC2_NO_ADDRESSES(Cause.NO_ADDRESS_IN_SUBNET, Trait.NO_GROWTH),
  SUBNET("subnet", Trait.NO_GROWTH),
  EC2_INTERFACE_QUOTA(Cause.INTERFACE_QUOTA, Trait.NO_GROWTH),
  EC2_OPT_IN(Cause.OPT_IN, Trait.NO_GROWTH),
  EC2_CLOCK(Cause.CLOCK, Trait.NO_GROWTH),
  INSTANCE_TYPE("instance-type", Trait.NO_GROWTH, Trait.SETTING),
  EC2_ATTACHMENT_LIMIT(Cause.ATTACHMENT_LIMIT, Trait.NO_GROWTH),
  EC2_ENI_LIMIT(Cause.ENI_LIMIT, Trait.NO_GROWTH),
  EC2_UNREACHABLE(Cause.UNREACHABLE, Trait.NO_GROWTH),
  EC2_FAULT(Cause.FAULT, Trait.NO_GROWTH),
  EC2_OTHER("ec2-other", Trait.NO_GROWTH),
  EC2_THROTTLED(Cause.EC2_THROTTLES, Trait.NO_GROWTH),
  ENICONFIG("eniconfig", Trait.NO_GROWTH),

  METRICS("metrics"),
  IPAMD_RESTARTS("ipamd-restarts"),
  IPAMD_START("ipamd-start"),
  IPAMD_ERRORS("ipamd-errors"),
  STUCK_ACTION(Cause.STUCK_ACTION),
  STATED_TOTALS("stated-totals"),
  STALE_GAUGES("stale-gauges"),

  METADATA_AWAY(Cause.METADATA_AWAY, Trait.SHOWS_NO_ADDRESS),
  NO_ADDRESSES("no-addresses", Trait.SHOWS_NO_ADDRESS),
  WARM_POOL(Cause.WARM_POOL_EMPTY, Trait.SHOWS_NO_ADDRESS),
  REFUSED_PODS("refused-pods", Trait.SHOWS_NO_ADDRESS),
  FAILED_REQUESTS("failed-requests", Trait.SHOWS_NO_ADDRESS),
  COOLDOWN(Cause.COOLDOWN),
  NODE_FULL(Cause.NODE_FULL),
  LEAKED_ADDRESSES(Cause.LEAKED, Trait.NOT_URGENT),
  IMPOSSIBLE_POOL("impossible-pool"),
  ENI_NETWORK("eni-network"),
  LOST_ENI("lost-eni"),
  TRUNK_SLOT("trunk-slot"),
  IPV6_PREFIX("ipv6-prefix"),
  POD_ENIS("pod-enis"),
  POD_SETUP("pod-setup"),
  POD_ROUTES("pod-routes"),
  FORCED_REMOVALS("forced-removals"),

  INSTANCE_ENIS("instance-enis"),
  MIXED_PREFIXES("mixed-prefixes"),
  CUSTOM_NETWORKING("custom-networking", Trait.NOT_URGENT),
  EXCLUDED_ENIS("excluded-enis", Trait.NOT_URGENT),
  IDLE_ADDRESSES("idle-addresses", Trait.NOT_URGENT),
  IPV6("ipv6"),
  CNI_RELEASE("cni-release", Trait.NOT_URGENT, Trait.SETTING),
  MAX_PODS("max-pods", Trait.NOT_URGENT, Trait.SETTING),

  CLUSTER_NAME("cluster-name", Trait.OF_AGENT, Trait.SETTING),
  REGION("region", Trait.OF_AGENT, Trait.SETTING),
  INSTANCE_METADATA("instance-metadata", Trait.OF_AGENT),
  JAVA_AGENT("java-agent", Trait.OF_AGENT, Trait.SETTING),
  STATE_DIR("state-dir", Trait.OF_AGENT),
  MONITORING_ENDPOINT("monitoring-endpoint", Trait.OF_AGENT),
  EC2_ENDPOINT("ec2-endpoint", Trait.OF_AGENT),
  PUBLISHING("publishing", Trait.OF_AGENT),
  PUT_METRIC_DATA("put-metric-data"),
  CLOCK("clock", Trait.OF_AGENT);

  /** What the findings of a check mean. */
  enum Trait {
    /** The finding is a reason why ipamD gets no more addresses. */
    NO_GROWTH,
    /** The finding alone shows that pods get no address. Other findings only show a cause. */
    SHOWS_NO_ADDRESS,
    /** A warning does not mean that a pod lacks an address. */
    NOT_URGENT,
    /** The finding concerns only the agent. */
    OF_AGENT,
    /** The finding is about a setting, which does not change while ipamD and the agent run. */
    SETTING
  }

  private final String id;
  private final Set<Trait> traits;

  CheckId(String id, Trait... traits) {
    this.id = id;
    this.traits = Set.of(traits);
  }

  /** A check whose finding the agent's log names too. */
  CheckId(Cause cause, Trait... traits) {
    this(cause.finding(), traits);
  }

  static CheckId of(Cause cause) {
    return Stream.of(values())
        .filter(check -> check.id.equals(cause.finding()))
        .findFirst()
        .orElseThrow();
  }

  /** The checks with a trait, in the order of this list. */
  static List<CheckId> with(Trait trait) {
    return Stream.of(values()).filter(check -> check.has(trait)).toList();
  }

  boolean has(Trait trait) {
    return traits.contains(trait);
  }

  /** The id in the output. */
  @Override
  public String toString() {
    return id;
  }
}
