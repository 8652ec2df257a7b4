package io.cnimetrics.plan;

import io.cnimetrics.publish.MetricSink;
import io.cnimetrics.schedule.NodeSchedule;
import java.time.Duration;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The nodes of all clusters, with node names in the format of EC2. Each node sends at the times of
 * the node's {@link NodeSchedule}.
 *
 * @param nodes the number of nodes, 1 to {@link #MOST_NODES}
 * @param publishInterval 1 to 5 whole minutes
 * @param datumsPerMinute the largest number of datums that a node sends for one minute; 0 to {@link
 *     MetricSink#MOST_DATUMS}, because all datums of a minute are in one request
 * @param countsStarts whether each agent sends a datum for its own start
 */
public record Fleet(
    int nodes, Duration publishInterval, int datumsPerMinute, boolean countsStarts) {
  /** The largest number of nodes that an EKS cluster can have. */
  public static final int MOST_NODES_OF_CLUSTER = 100_000;

  /** A limit of the calculation, which needs about a second for this number of nodes. */
  public static final int MOST_NODES = 1_000_000;

  /** The length of a billed month. */
  static final Duration MONTH = Duration.ofDays(30);

  static final Duration MINUTE = Duration.ofMinutes(1);

  /** The value does not matter, because the poll interval does not change the send times. */
  private static final Duration ANY_POLL_INTERVAL = MINUTE;

  /**
   * A number of requests to CloudWatch.
   *
   * @param perSecond the mean number of requests in a second
   * @param worstSecond the number of requests in the second with the most requests
   * @param perMonth the requests in a month of 30 days
   */
  public record RequestLoad(double perSecond, int worstSecond, long perMonth) {
    /** CloudWatch's quota for PutMetricData, in requests per second, for an account in a region. */
    public static final int QUOTA_PER_SECOND = 500;

    /** The share of the quota that the mean number of requests uses; 1 is the whole quota. */
    double quotaShare() {
      return quotaShare(perSecond);
    }

    /** The share of the quota in the worst second; 1 is the whole quota. */
    double worstQuotaShare() {
      return quotaShare(worstSecond);
    }

    static double quotaShare(double requestsPerSecond) {
      return requestsPerSecond / QUOTA_PER_SECOND;
    }
  }

  public Fleet {
    boolean fits = datumsPerMinute >= 0 && datumsPerMinute <= MetricSink.MOST_DATUMS;
    if (nodes < 1 || nodes > MOST_NODES || !fits) {
      throw new IllegalArgumentException(
          "%d nodes, %d datums a minute: expected 1 to %d nodes, 0 to %d datums"
              .formatted(nodes, datumsPerMinute, MOST_NODES, MetricSink.MOST_DATUMS));
    }
  }

  /** The requests if each node sends once in each publish interval. */
  public RequestLoad scheduled() {
    return sentEach(publishInterval);
  }

  /**
   * The upper bound of the requests. Each node sends in every minute, because every minute has a
   * new alert, or because minutes are pending after an outage.
   */
  public RequestLoad everyMinute() {
    return sentEach(MINUTE);
  }

  /**
   * The requests if all agents restart. Before the stop, an agent sends the open minute. After the
   * start, an agent sends a datum that counts the start. An agent sends each of these requests
   * immediately and does not wait for its scheduled second.
   */
  public int restartRequests() {
    return nodes * ((datumsPerMinute > 0 ? 1 : 0) + (countsStarts ? 1 : 0));
  }

  /** The requests in the second in which all agents restart, which is the worst case. */
  int restartSecond() {
    return Math.min(nodes, restartRequests());
  }

  /** The names of the nodes, such as {@code ip-10-0-1-23.ec2.internal}. */
  public Stream<String> names() {
    return IntStream.range(0, nodes).mapToObj(Fleet::name);
  }

  private static String name(int node) {
    return "ip-10-"
        + (node >> 16)
        + "-"
        + (node >> 8 & 0xff)
        + "-"
        + (node & 0xff)
        + ".ec2.internal";
  }

  /** The requests if each node sends once in an interval, at the node's offset. */
  RequestLoad sentEach(Duration interval) {
    int[] nodesBySecond = new int[(int) interval.toSeconds()];
    names()
        .map(name -> NodeSchedule.of(name, ANY_POLL_INTERVAL, interval).sendOffset())
        .forEach(offset -> nodesBySecond[(int) offset.toSeconds()]++);
    int worst = IntStream.of(nodesBySecond).max().orElse(0);
    int requests = requestsFor(interval);
    return new RequestLoad(
        (double) nodes * requests / interval.toSeconds(),
        worst * requests,
        requestsAMonth(interval));
  }

  /** The requests of a month if each node sends once in an interval. */
  long requestsAMonth(Duration interval) {
    return MONTH.dividedBy(interval) * nodes * requestsFor(interval);
  }

  /** The number of requests of a node for one interval. A request contains whole minutes. */
  private int requestsFor(Duration interval) {
    if (datumsPerMinute == 0) {
      return 0;
    }
    int minutesPerRequest = MetricSink.MOST_DATUMS / datumsPerMinute;
    return ((int) interval.toMinutes() + minutesPerRequest - 1) / minutesPerRequest;
  }
}
