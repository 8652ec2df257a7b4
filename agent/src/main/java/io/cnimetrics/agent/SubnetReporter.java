package io.cnimetrics.agent;

import io.cnimetrics.aws.InstanceMetadata;
import io.cnimetrics.aws.NodeSubnets;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.catalog.Sample;
import io.cnimetrics.config.AgentConfig;
import io.cnimetrics.identity.Identification;
import io.cnimetrics.publish.MetricBuffer;
import io.cnimetrics.snapshot.AddressPool;
import io.cnimetrics.snapshot.Eni;
import io.cnimetrics.snapshot.NodeIdentity;
import io.cnimetrics.snapshot.NodeSnapshot;
import io.cnimetrics.snapshot.Problem;
import io.cnimetrics.snapshot.Reason;
import io.cnimetrics.snapshot.Source;
import io.cnimetrics.snapshot.Subnet;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reports the free addresses of this node's subnets, when it is this node's turn to ask for them.
 * It has a thread of its own, because EC2 may answer slowly.
 */
final class SubnetReporter implements Loop.Turn {
  private static final Logger log = LoggerFactory.getLogger(SubnetReporter.class);

  /** For instance metadata, and again for EC2. */
  private static final Duration LIMIT = Duration.ofSeconds(10);

  /** How long a value that was read is shown to Prometheus. */
  private static final Duration SHOWN = Duration.ofMinutes(3);

  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final AgentConfig config;
  private final Subnets subnets;
  private final MetricBuffer buffer;
  private final LastPoll lastPoll;
  private final DueSubnets turns;
  private final Duration offset;
  private final ProblemLog problems = new ProblemLog();
  private volatile Optional<AddressPool> pool = Optional.empty();
  private volatile Optional<String> region;
  private Map<String, String> subnetOfEni = Map.of();
  private long askedMinute = Long.MIN_VALUE;
  private boolean forbidden;
  private boolean stopped;
  private Instant shownUntil = Instant.MIN;

  /**
   * @param offset within each minute, so that nodes do not ask in step
   */
  SubnetReporter(
      AgentConfig config,
      Subnets subnets,
      MetricBuffer buffer,
      LastPoll lastPoll,
      Duration offset,
      Instant started) {
    this.lastPoll = lastPoll;
    this.config = config;
    this.subnets = subnets;
    this.buffer = buffer;
    this.turns = new DueSubnets(config.nodeName(), Poller.minute(started));
    this.offset = offset;
    this.region = config.region();
  }

  /** Takes in what a poll saw. */
  void seen(NodeSnapshot snapshot) {
    if (snapshot.pool().isPresent()) {
      pool = snapshot.pool();
    }
  }

  /** Says what has been learnt of the node. */
  void on(NodeIdentity node) {
    region = node.instanceRegion();
  }

  /** Takes turns on a thread of its own until it is stopped. */
  void start(InstantSource clock) {
    Thread thread = new Thread(new Loop("subnets", MINUTE, clock, this), "subnets");
    thread.setDaemon(true);
    thread.start();
  }

  /** Has nothing more put into the books, whatever is under way. */
  synchronized void stop() {
    stopped = true;
  }

  @Override
  public Instant take(Instant now) {
    Instant turn = now.truncatedTo(ChronoUnit.MINUTES).plus(offset);
    if (now.isBefore(turn)) {
      return turn;
    }
    if (Poller.minute(now) != askedMinute && !forbidden) {
      askedMinute = Poller.minute(now);
      if (!now.isBefore(shownUntil)) {
        lastPoll.ofSubnets(List.of());
      }
      pool.ifPresent(known -> ask(ownAddresses(known, now), now));
    }
    return turn.plus(MINUTE);
  }

  private void ask(Map<String, Long> own, Instant now) {
    Set<String> due = turns.at(Poller.minute(now), own);
    if (!due.isEmpty()) {
      NodeSubnets.Result answer =
          region
              .map(known -> subnets.read(due, known, LIMIT))
              .orElseGet(SubnetReporter::withoutRegion);
      if (answer instanceof NodeSubnets.Found told) {
        report(due, told.subnets(), now);
      } else if (answer instanceof NodeSubnets.Failed not) {
        failed(not, now);
      }
    }
  }

  private static NodeSubnets.Failed withoutRegion() {
    return new NodeSubnets.Failed(
        new Problem(Source.IMDS, Reason.NOT_FOUND, Identification.UNKNOWN_REGION), false);
  }

  private synchronized void report(Set<String> asked, List<Subnet> told, Instant now) {
    if (stopped) {
      return;
    }
    problems.after(now, List.of());
    turns.told(asked, told);
    List<Sample> samples = MetricCatalog.samples(told);
    for (Sample sample : samples) {
      buffer.apart(now, Dimensions.ofSubnet(config, sample), List.of(sample));
    }
    lastPoll.ofSubnets(samples);
    shownUntil = now.plus(SHOWN);
  }

  private void failed(NodeSubnets.Failed not, Instant now) {
    turns.failed();
    forbidden = not.forbidden();
    if (forbidden) {
      log.warn(
          "free addresses of subnets are not reported until the agent starts anew: {}",
          not.problem().message());
    } else {
      problems.after(now, List.of(not.problem()));
    }
  }

  /** By subnet; an interface has one address that no pod can have. */
  private Map<String, Long> ownAddresses(AddressPool seen, Instant now) {
    AddressPool located = seen.located(subnetOfEni);
    if (!located.tellsSubnets()) {
      learnSubnets(now);
      located = seen.located(subnetOfEni);
    }
    Map<String, Long> own = new TreeMap<>();
    for (Eni eni : located.enis()) {
      eni.subnetId().ifPresent(id -> own.merge(id, eni.totalIpv4() + 1, Long::sum));
    }
    return own;
  }

  private void learnSubnets(Instant now) {
    InstanceMetadata.Interfaces read = subnets.interfaces(LIMIT);
    subnetOfEni = read.subnetIds();
    read.problem().ifPresent(problem -> problems.after(now, List.of(problem)));
  }
}
