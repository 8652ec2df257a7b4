package io.cnimetrics.plan;

import io.cnimetrics.publish.MetricSink;
import io.cnimetrics.schedule.NodeSchedule;
import java.time.Duration;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The nodes of a cluster, with names like those of EC2. Each node sends at the times that its own
 * {@link NodeSchedule} gives it.
 *
 * @param nodes 1 to {@link #MOST_NODES}
 * @param publishInterval 1 to 5 whole minutes
 * @param datumsPerMinute the most datums of one node: metrics × sets of dimensions; 0 to {@link
 *     MetricSink#MOST_DATUMS}, as a minute is never split over two requests
 * @param countsStarts whether an agent sends a datum of its own when it starts
 */
public record Fleet(
    int nodes, Duration publishInterval, int datumsPerMinute, boolean countsStarts) {
  /** The most nodes that an EKS cluster can have. */
  public static final int MOST_NODES = 100_000;

  /** The length of a billed month. */
  static final Duration MONTH = Duration.ofDays(30);

  private static final Duration MINUTE = Duration.ofMinutes(1);

  /** Any value: the poll interval does not change the send times. */
  private static final Duration ANY_POLL_INTERVAL = MINUTE;

  public Fleet {
    boolean fits = datumsPerMinute >= 0 && datumsPerMinute <= MetricSink.MOST_DATUMS;
    if (nodes < 1 || nodes > MOST_NODES || !fits) {
      throw new IllegalArgumentException(
          "%d nodes, %d datums a minute".formatted(nodes, datumsPerMinute));
    }
  }

  /** Returns the same nodes with another publish interval. */
  public Fleet withPublishInterval(Duration interval) {
    return new Fleet(nodes, interval, datumsPerMinute, countsStarts);
  }

  /** The requests of the fleet without early sends. */
  public RequestLoad scheduled() {
    return sentEach(publishInterval);
  }

  /**
   * The upper bound of requests: every node has a new alert in every minute and sends it early, or
   * has a backlog after an outage. Then each uses every minute, at its usual offset.
   */
  public RequestLoad everyMinute() {
    return sentEach(MINUTE);
  }

  /**
   * The requests when all agents restart together: the minute that was open, and the datum that
   * counts the start. Neither waits for the schedule, so all may fall into one second.
   */
  public Restart restart() {
    return new Restart(nodes * (countsStarts ? 2 : 1), nodes);
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

  private RequestLoad sentEach(Duration interval) {
    int requests = requestsFor((int) interval.toMinutes());
    int seconds = (int) interval.toSeconds();
    int[] nodesBySecond = new int[seconds];
    names()
        .map(name -> NodeSchedule.of(name, ANY_POLL_INTERVAL, publishInterval).sendOffset())
        .forEach(offset -> nodesBySecond[(int) (offset.toSeconds() % seconds)]++);
    int worst = IntStream.of(nodesBySecond).max().orElse(0);
    long inAll = (long) nodes * requests;
    return new RequestLoad(
        (double) inAll / seconds, worst * requests, inAll * MONTH.dividedBy(interval));
  }

  /** A request holds whole minutes. All requests of a send count in the second of the first. */
  private int requestsFor(int minutes) {
    if (datumsPerMinute == 0) {
      return 0;
    }
    int minutesPerRequest = MetricSink.MOST_DATUMS / datumsPerMinute;
    return (minutes + minutesPerRequest - 1) / minutesPerRequest;
  }

  /**
   * A restart of all agents.
   *
   * @param worstSecond the most requests in one second, if nothing spreads the restarts
   */
  public record Restart(int requests, int worstSecond) {
    /** The worst second's share of the quota; 1 is all of it. */
    public double worstQuotaShare() {
      return RequestLoad.quotaShare(worstSecond);
    }
  }
}
