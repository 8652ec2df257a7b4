package io.cnimetrics.health;

import io.cnimetrics.catalog.RecentIncrease;
import io.cnimetrics.catalog.Sample;
import io.cnimetrics.publish.MetricBuffer;
import io.cnimetrics.publish.MinuteValue;
import io.cnimetrics.publish.SendEvents.DropReason;
import io.cnimetrics.publish.Sender;
import io.cnimetrics.snapshot.NodeIdentity;
import io.cnimetrics.snapshot.Problem;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the agent knows about itself and its node at one moment.
 *
 * @param cniVersion the release of the VPC CNI; empty if ipamD does not report its release, as some
 *     builds
 * @param lastPoll empty before the first poll
 * @param problems the problems of the last poll and of the last lookup of the node's identity
 * @param samples the samples of the last poll
 * @param minutes the last closed minutes, the oldest first
 * @param counters the period for which increases are known; empty before ipamD's metrics were read
 * @param increases the last {@link RecentIncrease} of each counter that rose; the newest is first
 * @param trouble the alerts that have not ended
 * @param dropped the number of dropped datums since the agent's start, by reason
 * @param destinations the services that receive the metrics
 */
public record AgentStatus(
    Instant startedAt,
    NodeIdentity node,
    Optional<String> cniVersion,
    Optional<LastPoll> lastPoll,
    List<Problem> problems,
    List<Sample> samples,
    List<Minute> minutes,
    Optional<Reads> counters,
    List<RecentIncrease> increases,
    List<Trouble> trouble,
    MetricBuffer.Depth pending,
    Map<DropReason, Long> dropped,
    List<ReceiverStatus> destinations) {

  /**
   * The last poll.
   *
   * @param at the start of the poll
   * @param good whether the poll could read ipamD
   */
  public record LastPoll(Instant at, boolean good) {}

  /** The values of a closed minute. */
  public record Minute(Instant start, List<MinuteValue> values) {}

  /**
   * The period for which the increases of ipamD's counters are known.
   *
   * @param first the start of the first poll that read ipamD's metrics
   * @param last the start of the last poll that read ipamD's metrics
   */
  public record Reads(Instant first, Instant last) {}

  /**
   * An alert that has not ended.
   *
   * @param value the value of the last minute
   * @param since the first minute of the alert
   * @param cause the cause that the polls show
   * @param finding the id of the doctor's finding with the remedy
   */
  public record Trouble(
      MinuteValue value, Instant since, Optional<String> cause, Optional<String> finding) {}

  /**
   * A service that receives the metrics.
   *
   * @param namespace the namespace in CloudWatch
   * @param endpoint the URL of the receiver of OTLP, or {@code cloudwatch}
   * @param answers the last answers; empty if the agent cannot send yet because the region, the
   *     cluster or another label is unknown
   */
  public record ReceiverStatus(
      String name,
      Optional<String> region,
      Optional<String> namespace,
      Optional<String> endpoint,
      Optional<Sender.Answers> answers) {}
}
