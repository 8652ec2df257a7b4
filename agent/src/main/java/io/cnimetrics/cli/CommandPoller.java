package io.cnimetrics.cli;

import io.cnimetrics.aws.InstanceMetadata;
import io.cnimetrics.aws.Subnets;
import io.cnimetrics.catalog.Sampler;
import io.cnimetrics.catalog.SamplerState;
import io.cnimetrics.config.AgentConfig;
import io.cnimetrics.deadline.BoundedCall;
import io.cnimetrics.dryrun.Report;
import io.cnimetrics.identity.Identification;
import io.cnimetrics.ipamd.IpamdReader;
import io.cnimetrics.snapshot.Instance;
import io.cnimetrics.snapshot.NodeSnapshot;
import io.cnimetrics.snapshot.Problem;
import io.cnimetrics.snapshot.Reason;
import io.cnimetrics.snapshot.Source;
import io.cnimetrics.wiring.AgentComponent;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

/** Polls for a command, either once with a time limit or at every poll interval. */
final class CommandPoller {
  /** With this limit, the JVM start and one poll take less than 10 s, even if a request hangs. */
  private static final Duration LIMIT = Duration.ofSeconds(8);

  /** The subnet requests should end within this time after the start of the poll. */
  private static final Duration SUBNETS_BY = LIMIT.minusSeconds(1);

  /** The time limit for the identity. Instance metadata and EC2 each get half of this time. */
  private static final Duration IDENTITY_LIMIT = Duration.ofSeconds(4);

  private final AgentConfig config;
  private final IpamdReader ipamd;
  private final Sampler sampler;
  private final Optional<Subnets> subnets;
  private final CompletableFuture<Identification> identity;
  private final InstantSource clock;
  private SamplerState state = SamplerState.NONE;

  /**
   * @param sampler created before the first request, because the totals of an ipamD that starts
   *     after the sampler are increases from 0
   * @param identity the node's identity; the detection may end during the first poll
   */
  CommandPoller(
      AgentConfig config,
      Sampler sampler,
      IpamdReader ipamd,
      Optional<Subnets> subnets,
      CompletableFuture<Identification> identity,
      InstantSource clock) {
    this.config = config;
    this.sampler = sampler;
    this.ipamd = ipamd;
    this.subnets = subnets;
    this.identity = identity;
    this.clock = clock;
  }

  /** The parts of the node's identity that are in the settings. */
  static Identification.Configured given(AgentConfig config) {
    return new Identification.Configured(config.nodeName(), config.clusterId(), config.region());
  }

  /**
   * Starts the detection of the node's identity. A command makes one attempt. The agent makes
   * several.
   */
  static CompletableFuture<Identification> identity(AgentComponent node) {
    return CompletableFuture.supplyAsync(() -> node.identity().attempt(IDENTITY_LIMIT));
  }

  /** Polls once. Ends within the limit even if a request hangs. */
  Report once() {
    try {
      return BoundedCall.start("poll", LIMIT, this::poll).result();
    } catch (TimeoutException e) {
      return hung();
    }
  }

  /**
   * Polls at every interval until the reader returns false. Polls that are missed, for example
   * while the machine is suspended, are not repeated, because ipamD logs each request.
   */
  void repeat(Predicate<Report> reader) {
    long interval = config.pollInterval().toNanos();
    long start = System.nanoTime();
    CountDownLatch never = new CountDownLatch(1);
    try {
      while (reader.test(poll())) {
        long delay = interval - (System.nanoTime() - start) % interval;
        never.await(delay, TimeUnit.NANOSECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Report poll() {
    long start = System.nanoTime();
    NodeSnapshot seen = ipamd.read();
    Duration left = SUBNETS_BY.minusNanos(System.nanoTime() - start);
    Report report = report(seen, identity.join(), state, left);
    state = report.reading().history();
    return report;
  }

  private Report report(
      NodeSnapshot seen, Identification identified, SamplerState before, Duration left) {
    Instance instance = identified.metadata().instance();
    Optional<String> region = identified.node().instanceRegion();
    Optional<SubnetQuery> query =
        subnets.flatMap(
            source -> seen.pool().map(pool -> SubnetQuery.of(pool, region, source, left)));
    NodeSnapshot located =
        query.map(found -> seen.with(found.pool(), found.problems())).orElse(seen);
    return new Report(
        identified.node(),
        identified.origins(),
        located.on(instance, identified.problems()),
        // The agent computes its samples without the subnets that instance metadata shows.
        sampler.read(seen.on(instance, List.of()), before),
        query.map(SubnetQuery::subnets).orElse(List.of()));
  }

  /**
   * The report for a poll that hangs. The probable cause is DNS, because all requests except DNS
   * lookups have a time limit.
   */
  private Report hung() {
    String fact = "the poll did not end within %d s".formatted(LIMIT.toSeconds());
    String remedy = "check whether the DNS server answers";
    NodeSnapshot nothing =
        new NodeSnapshot(
            clock.instant(),
            Instance.UNKNOWN,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            config.introspectionUrl().isEmpty(),
            List.of(
                new Problem(Source.INTROSPECTION, Reason.TIMEOUT, fact, remedy),
                new Problem(Source.METRICS, Reason.TIMEOUT, fact, remedy)));
    InstanceMetadata.Result unread = new InstanceMetadata.Result(Instance.UNKNOWN, List.of());
    Identification configured = Identification.of(given(config), unread);
    return report(nothing, configured, SamplerState.NONE, Duration.ZERO);
  }
}
