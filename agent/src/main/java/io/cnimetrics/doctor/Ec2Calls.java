package io.cnimetrics.doctor;

import io.cnimetrics.catalog.Metric;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.snapshot.IpamdError;
import io.cnimetrics.snapshot.Series;
import java.util.Set;
import java.util.function.Predicate;

/** What ipamD's counters show of its calls to EC2. */
final class Ec2Calls {
  private Ec2Calls() {}

  /** Whether an error is an answer of AWS, and not of instance metadata. */
  static final Predicate<IpamdError> IS_ANSWER =
      kind -> kind.family().equals(IpamdError.API_ERRORS) && !kind.isOfMetadata();

  /**
   * Whether ipamD gets no more addresses because calls to EC2 fail without an error code. Since
   * 1.19.4 ipamD counts a code only if EC2 answered.
   */
  static boolean failWithoutAnswer(NodeEvidence node) {
    Trend failed = node.trend(MetricCatalog.EC2_API_ERR_COUNT);
    Trend answered = node.trend(IS_ANSWER);
    boolean poolEmpty = node.last().isEmptyWithRoom();
    boolean growthFails =
        node.trend(kind -> GROWTH.contains(kind.call()) && kind.code().isEmpty()).isRising();
    return failed.known()
        ? failed.isRising() && !answered.isRising() && (poolEmpty || growthFails)
        : poolEmpty && failed.total() > answered.total();
  }

  private static final Set<String> GROWTH =
      Set.of("increaseIPPoolAllocENI", "increaseIPPoolAllocIPAddressesFailed");

  /** The calls with which ipamD adds ENIs and addresses. */
  private static final Set<String> GROWTH_CALLS =
      Set.of(
          "CreateNetworkInterface",
          "AttachNetworkInterface",
          "AttachClusterNodeNetworkInterface",
          "ModifyNetworkInterfaceAttribute",
          "AssignPrivateIpAddresses",
          "AssignIpv6Addresses");

  /** Whether ipamD tries to add ENIs or addresses now, and EC2 refuses them. */
  static boolean growthFails(NodeEvidence node) {
    return node.trend(IS_ANSWER.and(kind -> GROWTH_CALLS.contains(kind.action()))).isRising()
        || node.trend(IpamdError::isOfGrowth).isRising();
  }

  /**
   * Whether EC2 answered at least two calls since the previous poll. A single call can be ipamD's
   * search for leaked ENIs.
   */
  static boolean areAnsweredIn(Poll poll) {
    return poll.rose(MetricCatalog.EC2_API_REQ_COUNT) - poll.rose(MetricCatalog.EC2_API_ERR_COUNT)
        > 1;
  }

  /**
   * Whether ipamD is perhaps adding addresses or ENIs. A new ENI needs at least four calls. A
   * single call does not count, because ipamD searches for leaked ENIs with {@code
   * DescribeNetworkInterfaces} within 5 minutes after its start, and then each hour.
   */
  static boolean mayAddAddresses(NodeEvidence node) {
    return node.polls().stream().anyMatch(Poll::isPoolChanging)
        || risen(node, MetricCatalog.EC2_API_REQ_COUNT)
                - risen(node, MetricCatalog.EC2_API_ERR_COUNT)
            > 1;
  }

  /**
   * Whether doctor knows if ipamD calls EC2. Releases of the VPC CNI before 1.12.1 do not count
   * these calls. Each release that counts refused pods also counts the calls.
   */
  static boolean areVisible(NodeEvidence node) {
    Trend calls = node.trend(MetricCatalog.EC2_API_REQ_COUNT);
    boolean counted =
        calls.total() > 0 || node.gauge(MetricCatalog.NO_AVAILABLE_IP_ADDRS).isPresent();
    return counted && calls.known();
  }

  /** Counts the ENIs that ipamD has detached since its start. */
  static final Series DETACHED =
      new Series(
          MetricCatalog.EC2_API_REQ_COUNT.onlySeries().name(),
          "fn",
          Set.of("DetachNetworkInterface"));

  /** Whether ipamD had an ENI since its start, and detached it. */
  static boolean hasDetached(NodeEvidence node) {
    return node.snapshot().metrics().isPresent() && node.total(DETACHED) > 0;
  }

  /** The increase of a counter, if it rises now. */
  private static double risen(NodeEvidence node, Metric metric) {
    Trend trend = node.trend(metric);
    return trend.isRising() ? trend.run().orElseThrow().amount() : 0;
  }

  static final String HANG =
      "A call to EC2 hangs, or ipamD repeats a call that EC2 throttles or denies. Releases before"
          + " 1.19.4 repeat the call for up to 15 minutes before they count an error";
}
