package io.cnimetrics.schedule;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.time.Instant;

/**
 * The times at which one node polls and sends. The offsets are a hash of the node's name. Therefore
 * a node keeps its offsets after a restart, and the times of all nodes are spread evenly.
 *
 * <p>Intervals count from 1970 in UTC. Therefore the next time depends only on the clock, even
 * after a change of the clock.
 *
 * @param pollInterval the time between two polls
 * @param pollOffset the time from the start of a poll interval to the poll
 * @param publishInterval the time between two regular sends, in whole minutes
 * @param sendOffset the time from the start of a publish interval until the node sends. The node
 *     sends in one minute of the interval, within the first {@link #SEND_SPREAD} of this minute
 */
public record NodeSchedule(
    Duration pollInterval, Duration pollOffset, Duration publishInterval, Duration sendOffset) {

  /** Nodes send within this part of a minute, so that 10,000 nodes do not send at once. */
  private static final Duration SEND_SPREAD = Duration.ofSeconds(30);

  /**
   * The time from a send to the call of EC2. It is short, so that EC2 answers in the same minute.
   */
  private static final Duration AFTER_SEND = Duration.ofSeconds(10);

  /** The pause between two log lines about a state that lasts. */
  private static final Duration LOG_AGAIN = Duration.ofHours(1);

  private static final Duration MINUTE = Duration.ofMinutes(1);

  /**
   * The least time between a poll and the start or the end of its minute. A poll can then be a
   * little early and is still in its minute.
   */
  private static final Duration MARGIN = Duration.ofSeconds(1);

  public NodeSchedule {
    requireWithin(pollOffset, pollInterval);
    requireWithin(sendOffset, publishInterval);
    if (publishInterval.toSecondsPart() != 0 || publishInterval.compareTo(MINUTE) < 0) {
      throw new IllegalArgumentException("not whole minutes: publish interval " + publishInterval);
    }
  }

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

  public Instant nextPoll(Instant after) {
    return next(after, pollInterval, pollOffset);
  }

  public Instant nextSend(Instant after) {
    return next(after, publishInterval, sendOffset);
  }

  /** The next time to send, for a node that sends in every minute. */
  public Instant nextMinute(Instant after) {
    return next(after, MINUTE, offsetInMinute());
  }

  /**
   * The time to send urgent samples of a minute: after the end of the minute, at the node's offset.
   *
   * @param minute the start of the minute whose samples are urgent
   */
  public Instant urgentSend(Instant minute) {
    return minute.plus(MINUTE).plus(offsetInMinute());
  }

  /** The time in the minute at which the node calls EC2. */
  public Duration subnetOffset() {
    return AFTER_SEND.plus(offsetInMinute());
  }

  private Duration offsetInMinute() {
    return Duration.ofMillis(sendOffset.toMillis() % MINUTE.toMillis());
  }

  /**
   * Whether work that was planned for a time is due. If the time is too far ahead, the clock was
   * set back. Then the work is due too, because it must not wait until the clock shows the old
   * time.
   *
   * @param planned the time of the work; {@link Instant#MAX} if there is no work
   * @param mostAhead the work is never planned further ahead than this
   */
  public static boolean isDue(Instant planned, Duration mostAhead, Instant now) {
    boolean clockWentBack = planned.isBefore(Instant.MAX) && planned.isAfter(now.plus(mostAhead));
    return !now.isBefore(planned) || clockWentBack;
  }

  /** Whether a state that lasts must be logged again. This is so once an hour. */
  public static boolean isLogDue(Instant last, Instant now) {
    return isDue(last.plus(LOG_AGAIN), LOG_AGAIN, now);
  }

  private static Instant next(Instant after, Duration interval, Duration offset) {
    long passed = after.toEpochMilli() - offset.toMillis();
    long turns = Math.floorDiv(passed, interval.toMillis()) + 1;
    return Instant.ofEpochMilli(turns * interval.toMillis() + offset.toMillis());
  }

  private static void requireWithin(Duration offset, Duration interval) {
    if (offset.isNegative() || offset.compareTo(interval) >= 0) {
      throw new IllegalArgumentException(
          "offset %s is outside the interval %s".formatted(offset, interval));
    }
  }

  static long share(long hash, long parts) {
    return Long.remainderUnsigned(hash, parts);
  }

  /**
   * FNV-1a with a final mix. Without the mix, the similar names of nodes would have similar hashes.
   */
  static long hash(String name) {
    long hash = 0xcbf29ce484222325L;
    for (byte letter : name.getBytes(UTF_8)) {
      hash = (hash ^ (letter & 0xff)) * 0x100000001b3L;
    }
    return mix(hash);
  }

  /** The finalizer of splitmix64. Each input bit affects each output bit. */
  static long mix(long bits) {
    long mixed = bits + 0x9e3779b97f4a7c15L;
    mixed = (mixed ^ (mixed >>> 30)) * 0xbf58476d1ce4e5b9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
    return mixed ^ (mixed >>> 31);
  }
}
