package io.cnimetrics.schedule;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.time.Instant;

/**
 * The times at which one node polls and sends. The offsets are a hash of its name: a node keeps
 * them over restarts, and the nodes of a cluster spread evenly.
 *
 * <p>Times are multiples of the interval since 1970 in UTC, plus the offset. So the next time
 * depends on the clock alone, also after a sleep or a clock step.
 *
 * @param pollInterval the time between two polls
 * @param pollOffset when within that interval the node polls
 * @param publishInterval the time between two sends, in whole minutes
 * @param sendOffset when within that interval the node sends: in any of its minutes, within the
 *     first {@link #SEND_SPREAD} of that minute
 */
public record NodeSchedule(
    Duration pollInterval, Duration pollOffset, Duration publishInterval, Duration sendOffset) {

  /** The part of a minute over which sends are spread: 10,000 nodes must not send at once. */
  public static final Duration SEND_SPREAD = Duration.ofSeconds(30);

  /** Early enough that EC2 answers within the same minute. */
  private static final Duration AFTER_SEND = Duration.ofSeconds(10);

  private static final Duration MINUTE = Duration.ofMinutes(1);

  /** Polls stay this far from the ends of a minute, so that an early poll is in the same minute. */
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

  /** The next time to poll after an instant. */
  public Instant nextPoll(Instant after) {
    return next(after, pollInterval, pollOffset);
  }

  /** The next time to send after an instant. */
  public Instant nextSend(Instant after) {
    return next(after, publishInterval, sendOffset);
  }

  /** The next time, in any minute, that has the offset of the sends within its minute. */
  public Instant nextMinute(Instant after) {
    return next(after, MINUTE, offsetInMinute());
  }

  /**
   * When to send urgent data of a minute: at the node's usual offset after the end of that minute.
   *
   * @param minute the start of the minute whose data is urgent
   */
  public Instant urgentSend(Instant minute) {
    return minute.plus(MINUTE).plus(offsetInMinute());
  }

  /** When within a minute the node asks EC2 for subnets: late enough for a first poll. */
  public Duration subnetOffset() {
    return AFTER_SEND.plus(offsetInMinute());
  }

  private Duration offsetInMinute() {
    return Duration.ofMillis(sendOffset.toMillis() % MINUTE.toMillis());
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

  /** FNV-1a, then mixed, because node names differ in a few characters only. */
  static long hash(String name) {
    long hash = 0xcbf29ce484222325L;
    for (byte letter : name.getBytes(UTF_8)) {
      hash = (hash ^ (letter & 0xff)) * 0x100000001b3L;
    }
    return mix(hash);
  }

  /** The finalizer of splitmix64: each input bit affects each output bit. */
  static long mix(long bits) {
    long mixed = bits + 0x9e3779b97f4a7c15L;
    mixed = (mixed ^ (mixed >>> 30)) * 0xbf58476d1ce4e5b9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
    return mixed ^ (mixed >>> 31);
  }
}
