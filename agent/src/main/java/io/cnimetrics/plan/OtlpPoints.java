package io.cnimetrics.plan;

import io.cnimetrics.schedule.SubnetQueries;
import java.time.Duration;

/**
 * The points that nodes send by OTLP. CloudWatch bills the bytes of each point, and not requests.
 *
 * @param points the points of one node in a publish interval
 * @param bytes the bytes of these points
 * @param leastBytes the bytes of these points if AWS bills only what its definition lists
 * @param labels the values of the labels for which the bytes were measured
 * @param subnets the number of subnets whose free addresses the agents report
 * @param alarmSamples the samples of one node that the PromQL alarms read in one evaluation
 * @param billed whether the agents send these points to CloudWatch
 */
public record OtlpPoints(
    int points,
    long bytes,
    long leastBytes,
    String labels,
    int subnets,
    long alarmSamples,
    boolean billed) {

  /**
   * The bytes that a number of nodes sends in a month. All nodes share the points of the subnets.
   *
   * @param interval the time between two sends of a node
   */
  long bytes(long nodes, Duration interval) {
    long ofSubnets =
        Fleet.MONTH.toMinutes() * subnets * SubnetQueries.CALLS_PER_MINUTE * bytesOfPoint();
    return nodes * bytes * Fleet.MONTH.dividedBy(interval) + ofSubnets;
  }

  /** The mean size of a point, rounded up. */
  public long bytesOfPoint() {
    return rounded(bytes);
  }

  /** The mean size of a point if AWS bills only what AWS's definition lists. */
  public long leastBytesOfPoint() {
    return rounded(leastBytes);
  }

  private long rounded(long all) {
    return points == 0 ? 0 : (all + points - 1) / points;
  }
}
