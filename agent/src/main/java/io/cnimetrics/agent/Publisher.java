package io.cnimetrics.agent;

import io.cnimetrics.aws.SettingsException;
import io.cnimetrics.catalog.Sample;
import io.cnimetrics.identity.Identification;
import io.cnimetrics.publish.Backoff;
import io.cnimetrics.publish.MetricBuffer;
import io.cnimetrics.publish.Receiver;
import io.cnimetrics.publish.Sender;
import io.cnimetrics.schedule.NodeSchedule;
import io.cnimetrics.snapshot.NodeIdentity;
import io.cnimetrics.snapshot.NodeIdentity.Origin;
import io.cnimetrics.snapshot.Problem;
import io.cnimetrics.snapshot.Reason;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks up the node's identity until the region and all dimensions are known. Then sends the
 * pending minutes of the buffer.
 */
final class Publisher {
  /** The time limit of one identity lookup. It includes the time to load the EC2 client. */
  private static final Duration ATTEMPT_LIMIT = Duration.ofSeconds(10);

  /**
   * The pause between lookups if all dimensions are known but other facts about the instance are
   * not. No other pause is longer.
   */
  private static final Duration RESOLVE_AGAIN = Duration.ofMinutes(10);

  /**
   * The time for which the sender of OTLP waits for the labels of the instance. Without this wait,
   * a slow instance metadata service would cause a second series of each metric, without these
   * labels.
   */
  private static final Duration WAIT_FOR_INSTANCE = Duration.ofMinutes(5);

  /** The pause before the next attempt to close a minute whose last poll is still running. */
  private static final Duration SOON = Duration.ofSeconds(1);

  private static final String ANOTHER_AGENT =
      "another agent on this node has the state directory, because another process removed this"
          + " agent's lock file. This agent ends, because two agents would double the sums. Run one"
          + " agent on each node, and do not remove files from a running agent's state directory";

  private static final Logger log = LoggerFactory.getLogger(Publisher.class);

  private final MetricBuffer buffer;
  private final Function<Duration, Identification> identity;
  private final SenderFactory factory;
  private final Consumer<NodeIdentity> onIdentity;
  private final Consumer<String> fatal;
  private final List<Sample> start;
  private final Backoff backoff;
  private final ProblemLog problems = new ProblemLog();
  private volatile Map<Receiver, Sender> senders = Map.of();
  private volatile Optional<String> identityRefusal = Optional.empty();
  private Instant resolveAt = Instant.MIN;
  private Instant openAllAt = Instant.MIN;
  private boolean startCounted;

  /** Whether an ended minute is still open, because its last poll is still running. */
  private boolean closeIsLate;

  @FunctionalInterface
  interface SenderFactory {
    Sender create(Receiver receiver, String region, Instant now);
  }

  /**
   * @param identity looks up the node's identity within the given time limit
   * @param factory creates the sender of each receiver when the node's identity is complete
   * @param start the samples that count the start of the agent; the publisher sends them at once
   * @param onIdentity receives the node's identity, as far as it is known, after each lookup
   * @param fatal receives the reason if the agent can never send metrics
   */
  Publisher(
      MetricBuffer buffer,
      Function<Duration, Identification> identity,
      SenderFactory factory,
      List<Sample> start,
      Backoff backoff,
      Consumer<NodeIdentity> onIdentity,
      Consumer<String> fatal) {
    this.buffer = buffer;
    this.identity = identity;
    this.factory = factory;
    this.start = start;
    this.backoff = backoff;
    this.onIdentity = onIdentity;
    this.fatal = fatal;
  }

  /** The sender of a receiver; empty until the node's identity is complete. */
  Optional<Sender> sender(Receiver receiver) {
    return Optional.ofNullable(senders.get(receiver));
  }

  /** The senders of all receivers; empty until the node's identity is complete. */
  List<Sender> senders() {
    return List.copyOf(senders.values());
  }

  /** Why receivers refuse requests. Contains only receivers that have accepted no request yet. */
  List<String> refusals() {
    return buffer.receivers().stream()
        .flatMap(
            receiver ->
                sender(receiver).map(Sender::refusal).orElse(identityRefusal).stream()
                    .map(why -> receiver.label() + " has accepted no datums yet: " + why))
        .toList();
  }

  /**
   * Does what is due now and returns the next due time.
   *
   * @param clock the current time, which advances during lookups and requests
   */
  Instant run(InstantSource clock) {
    closeMinute(clock.instant());
    if (!buffer.sync()) {
      return giveUp(Stream.of(ANOTHER_AGENT));
    }
    if (NodeSchedule.isDue(resolveAt, RESOLVE_AGAIN, clock.instant())) {
      resolve(clock);
    }
    List<Instant> due = new ArrayList<>();
    senders.values().forEach(sender -> due.add(sender.turn(clock.instant())));
    due.add(resolveAt);
    if (closeIsLate) {
      due.add(clock.instant().plus(SOON));
    }
    return Collections.min(due);
  }

  /** Closes ended minutes. Sends a minute at once if a slow poll delayed its close. */
  private void closeMinute(Instant now) {
    boolean closed = buffer.closeEnded(now);
    if (closed && closeIsLate) {
      buffer.sendNow();
    }
    closeIsLate = !closed;
  }

  private void resolve(InstantSource clock) {
    Identification found = identity.apply(ATTEMPT_LIMIT);
    Instant now = clock.instant();
    NodeIdentity node = found.node();
    buffer.identify(node.instance().id().orElse(""), Dimensions.known(node));
    onIdentity.accept(node);
    if (buffer.receivers().isEmpty()) {
      // Nothing is sent. The instance is still needed for the log, for Prometheus and for the
      // limits of its type.
      resolveAt = found.metadata().isRetryable() ? now.plus(backoff.next()) : Instant.MAX;
      return;
    }
    problems.after(now, found.problems());
    identityRefusal =
        found.problems().stream()
            .filter(problem -> problem.reason() == Reason.DENIED)
            .map(Problem::message)
            .findFirst();
    if (!startCounted) {
      startCounted = true;
      openAllAt = now.plus(WAIT_FOR_INSTANCE);
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
      logIdentity(found);
      boolean waits = !NodeSchedule.isDue(openAllAt, RESOLVE_AGAIN, now) && !found.isFinal();
      buffer.receivers().stream()
          .filter(receiver -> !waits || receiver != Receiver.OTLP)
          .forEach(receiver -> open(receiver, found.node(), now));
      if (waits && senders.size() < buffer.receivers().size()) {
        return now.plus(backoff.next());
      }
      return found.isFinal() ? Instant.MAX : now.plus(RESOLVE_AGAIN);
    }
    // Region and cluster are known, but another dimension in the settings is not.
    return found.isFinal()
        ? giveUp(Stream.of(Dimensions.unknown(unknown)))
        : now.plus(backoff.next());
  }

  private Instant giveUp(Stream<String> reasons) {
    fatal.accept(reasons.collect(Collectors.joining("; ")));
    return Instant.MAX;
  }

  private void open(Receiver receiver, NodeIdentity node, Instant now) {
    if (senders.containsKey(receiver)) {
      return;
    }
    try {
      Map<Receiver, Sender> opened = new EnumMap<>(Receiver.class);
      opened.putAll(senders);
      opened.put(receiver, factory.create(receiver, node.region().orElseThrow(), now));
      senders = Collections.unmodifiableMap(opened);
    } catch (SettingsException e) {
      giveUp(Stream.of(String.valueOf(e.getMessage())));
    }
  }

  private void logIdentity(Identification found) {
    if (!senders.isEmpty()) {
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
  }

  private static String label(Optional<Origin> origin) {
    return origin.map(Origin::label).orElse("unknown");
  }
}
