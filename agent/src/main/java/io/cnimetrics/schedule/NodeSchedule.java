package io.cnimetrics.schedule;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.time.Instant;

/**
 * The times at which one node polls and sends. Its name alone decides the offsets, so a node keeps
 * its place over restarts, and the nodes of a cluster spread evenly.
 *
 * <p>Times are counted from 1970 in UTC, as minutes are: whatever the clock shows after a sleep or
 * a step, the next time is found from it alone.
 *
 * @param pollInterval between two polls
 * @param pollOffset of the polls within that interval
 * @param publishInterval between two sends, whole minutes
 * @param sendOffset of the sends within that interval: any of its minutes, and within the minute
 *     one of its first {@link #SEND_SPREAD}
 */
public record NodeSchedule(
    Duration pollInterval, Duration pollOffset, Duration publishInterval, Duration sendOffset) {

  /** Sends are spread over this much of a minute: 10,000 nodes must not fire in step. */
  public static final Duration SEND_SPREAD = Duration.ofSeconds(30);

  /** What is asked then is answered in the same minute. */
  private static final Duration BEFORE_SUBNETS = Duration.ofSeconds(10);

  private static final Duration MINUTE = Duration.ofMinutes(1);

  /** Polls keep off the ends of a minute: one that wakes early is to fall into the same minute. */
  private static final Duration MARGIN = Duration.ofSeconds(1);

  public NodeSchedule {
    requireWithin(pollOffset, pollInterval);
    requireWithin(sendOffset, publishInterval);
    if (publishInterval.toSecondsPart() != 0 || publishInterval.compareTo(MINUTE) < 0) {
      throw new IllegalArgumentException("publish interval " + publishInterval);
    }
  }

  /** The schedule of the node of that name. */
  public static NodeSchedule of(String nodeName, Duration pollInterval, Duration publishInterval) {
    long hash = hash(nodeName);
    Duration sendMinute = MINUTE.multipliedBy(share(hash, publishInterval.toMinutes()));
    Duration sendWithin = Duration.ofMillis(share(mix(hash + 1), SEND_SPREAD.toMillis()));
    return new NodeSchedule(
        pollInterval,
        MARGIN.plusMillis(
            share(mix(hash + 2), pollInterval.minus(MARGIN.multipliedBy(2)).toMillis())),
        publishInterval,
        sendMinute.plus(sendWithin));
  }

  /** The first time to poll after an instant. */
  public Instant nextPoll(Instant after) {
    return next(after, pollInterval, pollOffset);
  }

  /** The first time to send after an instant. */
  public Instant nextSend(Instant after) {
    return next(after, publishInterval, sendOffset);
  }

  /**
   * The node's usual offset after the end of a minute, for what must go out before the next send.
   *
   * @param minute the start of the minute whose data is urgent
   */
  public Instant urgentSend(Instant minute) {
    return minute.plus(MINUTE).plusMillis(sendOffset.toMillis() % MINUTE.toMillis());
  }

  /** Within a minute, when the node asks for subnets, if it does: after the first poll's chance. */
  public Duration subnetOffset() {
    return BEFORE_SUBNETS.plusMillis(sendOffset.toMillis() % MINUTE.toMillis());
  }

  private static Instant next(Instant after, Duration interval, Duration offset) {
    long passed = after.toEpochMilli() - offset.toMillis();
    long turns = Math.floorDiv(passed, interval.toMillis()) + 1;
    return Instant.ofEpochMilli(turns * interval.toMillis() + offset.toMillis());
  }

  private static void requireWithin(Duration offset, Duration interval) {
    if (offset.isNegative() || offset.compareTo(interval) >= 0) {
      throw new IllegalArgumentException("offset %s of %s".formatted(offset, interval));
    }
  }

  static long share(long hash, long parts) {
    return Long.remainderUnsigned(hash, parts);
  }

  /** FNV-1a, then mixed: names of nodes differ in few characters only. */
  static long hash(String name) {
    long hash = 0xcbf29ce484222325L;
    for (byte letter : name.getBytes(UTF_8)) {
      hash = (hash ^ (letter & 0xff)) * 0x100000001b3L;
    }
    return mix(hash);
  }

  /** The finalizer of splitmix64: every bit of the input moves every bit of the output. */
  static long mix(long bits) {
    long mixed = bits + 0x9e3779b97f4a7c15L;
    mixed = (mixed ^ (mixed >>> 30)) * 0xbf58476d1ce4e5b9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
    return mixed ^ (mixed >>> 31);
  }
}
