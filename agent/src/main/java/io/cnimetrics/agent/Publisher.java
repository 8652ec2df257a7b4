package io.cnimetrics.agent;

import io.cnimetrics.catalog.Sample;
import io.cnimetrics.cloudwatch.CloudWatchSink.SettingsException;
import io.cnimetrics.identity.Identification;
import io.cnimetrics.publish.Backoff;
import io.cnimetrics.publish.MetricBuffer;
import io.cnimetrics.publish.Sender;
import io.cnimetrics.snapshot.NodeIdentity;
import io.cnimetrics.snapshot.Origin;
import io.cnimetrics.snapshot.Problem;
import io.cnimetrics.snapshot.Reason;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the pending minutes of the buffer when the region and all dimensions are known. Until then,
 * the publisher looks up the node's identity.
 */
final class Publisher {
  /** The time limit of one identity lookup. It includes the time to load the EC2 client. */
  private static final Duration ATTEMPT_LIMIT = Duration.ofSeconds(10);

  /** The time between lookups of missing instance details when all dimensions are known. */
  private static final Duration RESOLVE_AGAIN = Duration.ofMinutes(10);

  /** The pause before the next attempt to close a minute, if its last poll is still running. */
  private static final Duration SOON = Duration.ofSeconds(1);

  private static final String ANOTHER_AGENT =
      "another agent on this node has the state directory, because the lock of this agent was"
          + " removed; this agent ends, because two agents would double the sums: run one agent on"
          + " each node, and do not remove files from the state directory of a running agent";

  private static final Logger log = LoggerFactory.getLogger(Publisher.class);

  private final MetricBuffer buffer;
  private final Function<Duration, Identification> identity;
  private final BiFunction<String, Instant, Sender> senders;
  private final Consumer<NodeIdentity> onIdentity;
  private final Consumer<String> fatal;
  private final List<Sample> start;
  private final Backoff backoff;
  private final ProblemLog problems = new ProblemLog();
  private volatile Optional<Sender> sender = Optional.empty();
  private volatile Optional<String> identityRefusal = Optional.empty();
  private Instant resolveAt = Instant.MIN;
  private Instant syncedMinute = Instant.MIN;
  private boolean started;
  private boolean late;

  /**
   * @param identity looks up the node's identity within the given time limit
   * @param senders creates the sender for a region
   * @param start the samples that count the start of the agent; the publisher sends them at once
   * @param onIdentity receives the known identity of the node after each lookup
   * @param fatal receives the reason why the agent can never send
   */
  Publisher(
      MetricBuffer buffer,
      Function<Duration, Identification> identity,
      BiFunction<String, Instant, Sender> senders,
      List<Sample> start,
      Backoff backoff,
      Consumer<NodeIdentity> onIdentity,
      Consumer<String> fatal) {
    this.buffer = buffer;
    this.identity = identity;
    this.senders = senders;
    this.start = start;
    this.backoff = backoff;
    this.onIdentity = onIdentity;
    this.fatal = fatal;
  }

  /** The sender; empty until the node's identity is complete. */
  Optional<Sender> sender() {
    return sender;
  }

  /** Why AWS refuses the agent's requests, if CloudWatch has not accepted any request yet. */
  Optional<String> refusal() {
    return sender.map(Sender::refusal).orElse(identityRefusal);
  }

  /** Does what is due now and returns the next due time. */
  Instant run(Instant now) {
    closeMinute(now);
    if (!syncEachMinute(now)) {
      return giveUp(Stream.of(ANOTHER_AGENT));
    }
    boolean clockWentBack =
        resolveAt.isBefore(Instant.MAX) && resolveAt.isAfter(now.plus(RESOLVE_AGAIN));
    if (!now.isBefore(resolveAt) || clockWentBack) {
      resolve(now);
    }
    Instant next = sender.map(known -> known.turn(now)).orElse(resolveAt);
    Instant soon = late ? now.plus(SOON) : Instant.MAX;
    return Collections.min(List.of(next, resolveAt, soon));
  }

  /** Closes ended minutes. If a slow poll delayed the end of a minute, sends the minute at once. */
  private void closeMinute(Instant now) {
    boolean closed = buffer.closeEnded(now);
    if (closed && late) {
      buffer.sendNow();
    }
    late = !closed;
  }

  /** Returns false if another agent has the state directory. */
  private boolean syncEachMinute(Instant now) {
    Instant minute = now.truncatedTo(ChronoUnit.MINUTES);
    if (minute.equals(syncedMinute)) {
      return true;
    }
    syncedMinute = minute;
    return buffer.sync();
  }

  private void resolve(Instant now) {
    Identification found = identity.apply(ATTEMPT_LIMIT);
    NodeIdentity node = found.node();
    buffer.identify(node.instance().id().orElse(""), Dimensions.known(node));
    onIdentity.accept(node);
    problems.after(now, found.problems());
    identityRefusal =
        found.problems().stream()
            .filter(problem -> problem.reason() == Reason.DENIED)
            .map(Problem::message)
            .findFirst();
    if (!started) {
      started = true;
      buffer.addUrgent(now, start);
    }
    resolveAt =
        switch (found.state()) {
          case COMPLETE -> complete(found, now);
          case RETRY -> now.plus(backoff.next());
          case UNRESOLVABLE -> giveUp(found.problems().stream().map(Problem::message));
        };
  }

  private Instant complete(Identification found, Instant now) {
    Set<String> unknown = buffer.unknownDimensions();
    if (unknown.isEmpty()) {
      open(found, now);
      return found.isFinal() ? Instant.MAX : now.plus(RESOLVE_AGAIN);
    }
    // Region and cluster are known, but another dimension of the settings is still unknown.
    return found.isFinal()
        ? giveUp(Stream.of(Dimensions.unknown(unknown)))
        : now.plus(backoff.next());
  }

  private Instant giveUp(Stream<String> reasons) {
    fatal.accept(reasons.collect(Collectors.joining("; ")));
    return Instant.MAX;
  }

  private void open(Identification found, Instant now) {
    if (sender.isPresent()) {
      return;
    }
    NodeIdentity node = found.node();
    log.info(
        "identity: node={} cluster={} cluster_from=\"{}\" region={} region_from=\"{}\" instance={}"
            + " type={}",
        node.nodeName(),
        node.clusterId().orElse(""),
        label(found.origins().clusterId()),
        node.region().orElse(""),
        label(found.origins().region()),
        node.instance().id().orElse("unknown"),
        node.instance().type().orElse("unknown"));
    try {
      sender = Optional.of(senders.apply(node.region().orElseThrow(), now));
    } catch (SettingsException e) {
      giveUp(Stream.of(String.valueOf(e.getMessage())));
    }
  }

  private static String label(Optional<Origin> origin) {
    return origin.map(Origin::label).orElse("unknown");
  }
}
