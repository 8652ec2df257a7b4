package io.cnimetrics.agent;

import io.cnimetrics.aws.Ec2Result;
import io.cnimetrics.aws.InstanceMetadata;
import io.cnimetrics.aws.Subnets;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.catalog.Sample;
import io.cnimetrics.config.AgentConfig;
import io.cnimetrics.identity.Identification;
import io.cnimetrics.publish.MetricBuffer;
import io.cnimetrics.schedule.NodeSchedule;
import io.cnimetrics.schedule.SubnetQueries;
import io.cnimetrics.snapshot.AddressPool;
import io.cnimetrics.snapshot.Eni;
import io.cnimetrics.snapshot.NodeIdentity;
import io.cnimetrics.snapshot.NodeSnapshot;
import io.cnimetrics.snapshot.Problem;
import io.cnimetrics.snapshot.Subnet;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reports the free addresses of this node's subnets in the minutes that {@link SubnetQueries}
 * selects. The reporter has its own loop, because EC2 may answer slowly.
 */
final class SubnetReporter {
  private static final Logger log = LoggerFactory.getLogger(SubnetReporter.class);

  /** The time limit of each call to instance metadata or EC2. */
  private static final Duration LIMIT = Duration.ofSeconds(10);

  /** The time for which the page {@code /metrics} shows a value from EC2. */
  private static final Duration SHOWN = Duration.ofMinutes(3);

  static final Duration INTERVAL = Duration.ofMinutes(1);

  private final AgentConfig config;
  private final Subnets subnets;
  private final MetricBuffer buffer;
  private final LastPoll lastPoll;
  private final SubnetQueries queries;
  private final Duration offset;
  private final ProblemLog problems = new ProblemLog();
  private volatile Optional<AddressPool> pool = Optional.empty();
  private volatile Optional<String> region;
  private Map<String, String> subnetOfEni = Map.of();

  /** The problem of each subnet that was missing when EC2 was last asked about it. */
  private final Map<String, Problem> missing = new TreeMap<>();

  private Instant askedMinute = Instant.MIN;
  private boolean forbidden;
  private boolean stopped;
  private Instant shownUntil = Instant.MIN;

  /**
   * @param offset the time in the minute at which this node calls EC2. Other nodes have other
   *     offsets
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
    this.queries = new SubnetQueries(config.nodeName(), started);
    this.offset = offset;
    this.region = config.region();
  }

  void polled(NodeSnapshot snapshot) {
    if (snapshot.pool().isPresent()) {
      pool = snapshot.pool();
    }
  }

  void setNode(NodeIdentity node) {
    region = node.instanceRegion();
  }

  /** Stops the reporter. The answer to a call in progress is ignored. */
  synchronized void stop() {
    stopped = true;
  }

  /** Does what is due now and returns the next due time. */
  Instant run(Instant now) {
    Instant minute = now.truncatedTo(ChronoUnit.MINUTES);
    Instant due = minute.plus(offset);
    if (now.isBefore(due)) {
      return due;
    }
    if (!minute.equals(askedMinute)) {
      askedMinute = minute;
      if (NodeSchedule.isDue(shownUntil, SHOWN, now)) {
        lastPoll.setSubnets(List.of());
      }
      pool.filter(known -> !forbidden).ifPresent(known -> ask(ownAddresses(known, now), now));
    }
    return due.plus(INTERVAL);
  }

  private void ask(Map<String, Long> own, Instant now) {
    missing.keySet().retainAll(own.keySet());
    Set<String> asked = queries.due(now, own);
    if (!asked.isEmpty()) {
      Ec2Result<Subnets.Answer> answer =
          region
              .map(known -> subnets.read(asked, known, LIMIT))
              .orElseGet(() -> new Ec2Result.Failed<>(Identification.UNKNOWN_REGION, false));
      if (answer instanceof Ec2Result.Found<Subnets.Answer> found) {
        report(asked, found.value(), now);
      } else if (answer instanceof Ec2Result.Failed<Subnets.Answer> failure) {
        failed(asked, failure, now);
      }
    }
  }

  private synchronized void report(Set<String> asked, Subnets.Answer answer, Instant now) {
    if (stopped) {
      return;
    }
    missing.keySet().removeAll(asked);
    missing.putAll(answer.missing());
    problems.after(now, List.copyOf(missing.values()));
    queries.answered(
        asked,
        answer.missing().keySet(),
        answer.subnets().stream().collect(Collectors.toMap(Subnet::id, Subnet::used)));
    List<Sample> samples = MetricCatalog.samples(answer.subnets());
    for (Sample sample : samples) {
      buffer.add(now, Dimensions.ofSubnet(config, sample), List.of(sample));
    }
    lastPoll.setSubnets(samples);
    shownUntil = now.plus(SHOWN);
  }

  private void failed(Set<String> asked, Ec2Result.Failed<?> failure, Instant now) {
    queries.failed(asked);
    forbidden = failure.forbidden();
    if (forbidden) {
      log.warn("subnet reporting is off until the agent restarts: {}", failure.problem().message());
    } else {
      problems.after(now, withMissing(failure.problem()));
    }
  }

  private List<Problem> withMissing(Problem problem) {
    List<Problem> all = new ArrayList<>(missing.values());
    all.add(problem);
    return all;
  }

  /**
   * The number of addresses that this node has in each subnet, with the primary addresses of its
   * ENIs.
   */
  private Map<String, Long> ownAddresses(AddressPool seen, Instant now) {
    AddressPool located = seen.located(subnetOfEni);
    if (!located.reportsSubnets()) {
      readSubnets(now);
      located = seen.located(subnetOfEni);
    }
    Map<String, Long> own = new TreeMap<>();
    for (Eni eni : located.enis()) {
      eni.subnetId().ifPresent(id -> own.merge(id, eni.totalIpv4() + 1, Long::sum));
    }
    return own;
  }

  private void readSubnets(Instant now) {
    InstanceMetadata.Interfaces read = subnets.interfaces(LIMIT);
    subnetOfEni = read.subnetIds();
    read.problem().ifPresent(problem -> problems.after(now, withMissing(problem)));
  }
}
