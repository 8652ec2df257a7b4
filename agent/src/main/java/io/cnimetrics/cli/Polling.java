package io.cnimetrics.cli;

import io.cnimetrics.agent.Subnets;
import io.cnimetrics.aws.InstanceMetadata;
import io.cnimetrics.catalog.Sampler;
import io.cnimetrics.catalog.SamplerState;
import io.cnimetrics.config.AgentConfig;
import io.cnimetrics.dryrun.Report;
import io.cnimetrics.identity.ConfiguredIdentity;
import io.cnimetrics.identity.Identification;
import io.cnimetrics.ipamd.IpamdReader;
import io.cnimetrics.snapshot.Instance;
import io.cnimetrics.snapshot.NodeSnapshot;
import io.cnimetrics.snapshot.Problem;
import io.cnimetrics.snapshot.Reason;
import io.cnimetrics.snapshot.Source;
import io.cnimetrics.wiring.NodeComponent;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

/** Polls for people, on one thread of their own, so that none can hold the program for ever. */
final class Polling implements AutoCloseable {
  /** With the start of the JVM, one poll ends within 10 s whatever hangs. */
  private static final Duration LIMIT = Duration.ofSeconds(8);

  /** Of that, what is left to the end when subnets have been asked for. */
  private static final Duration SUBNETS_BY = LIMIT.minusSeconds(1);

  /** Half of it for instance metadata, half for EC2. */
  private static final Duration IDENTITY_LIMIT = Duration.ofSeconds(4);

  private final AgentConfig config;
  private final IpamdReader ipamd;
  private final Sampler sampler;
  private final Optional<Subnets> subnets;
  private final Future<Identification> identity;
  private final InstantSource clock;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(Polling::daemon);
  private SamplerState history = SamplerState.NONE;

  /**
   * @param sampler made before the first request: an ipamD that starts later counts from 0
   * @param identity may come while ipamD is read
   */
  Polling(
      AgentConfig config,
      Sampler sampler,
      IpamdReader ipamd,
      Optional<Subnets> subnets,
      Future<Identification> identity,
      InstantSource clock) {
    this.config = config;
    this.sampler = sampler;
    this.ipamd = ipamd;
    this.subnets = subnets;
    this.identity = identity;
    this.clock = clock;
  }

  /** What the settings say of who the node is. */
  static ConfiguredIdentity given(AgentConfig config) {
    return new ConfiguredIdentity(config.nodeName(), config.clusterId(), config.region());
  }

  /** Finds out who the node is as the agent does, but once; begins at once. */
  static Future<Identification> identity(NodeComponent node) {
    return CompletableFuture.supplyAsync(() -> node.identity().attempt(IDENTITY_LIMIT));
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task, "poll");
    thread.setDaemon(true);
    return thread;
  }

  /** Polls once, whatever hangs. */
  Report once() {
    try {
      return thread.submit(this::poll).get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      return hung();
    } catch (ExecutionException e) {
      throw rethrown(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return hung();
    }
  }

  /**
   * Polls at every interval as long as the report finds a reader. A poll that is late, after a
   * pause of the machine say, is not made up for: ipamD logs each request.
   */
  void repeat(Predicate<Report> reader) {
    long interval = config.pollInterval().toNanos();
    long start = System.nanoTime();
    try {
      long delay = 0;
      while (reader.test(thread.schedule(this::poll, delay, TimeUnit.NANOSECONDS).get())) {
        delay = interval - (System.nanoTime() - start) % interval;
      }
    } catch (ExecutionException e) {
      throw rethrown(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }

  private Report poll() {
    long start = System.nanoTime();
    NodeSnapshot seen = ipamd.read();
    Identification who = identity();
    Report report = report(seen, who, history, SUBNETS_BY.minusNanos(System.nanoTime() - start));
    history = report.reading().history();
    return report;
  }

  private Report report(NodeSnapshot seen, Identification who, SamplerState before, Duration left) {
    Instance instance = who.metadata().instance();
    Optional<String> region = who.node().instanceRegion();
    SubnetLook look =
        subnets
            .map(asked -> SubnetLook.of(seen, region, asked, left))
            .orElseGet(() -> new SubnetLook(seen, List.of()));
    NodeSnapshot snapshot = look.snapshot().on(instance, who.problems());
    return new Report(
        who.node(), who.origins(), snapshot, sampler.read(snapshot, before), look.subnets());
  }

  private Identification identity() {
    try {
      return identity.get();
    } catch (ExecutionException e) {
      throw rethrown(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return unidentified();
    }
  }

  private Identification unidentified() {
    return Identification.of(
        given(config), new InstanceMetadata.Result(Instance.UNKNOWN, List.of()));
  }

  /** Requests have limits of their own; what is left is a name server that does not answer. */
  private Report hung() {
    String message =
        "no end within %d s: does a host's name need DNS?".formatted(LIMIT.toSeconds());
    NodeSnapshot nothing =
        new NodeSnapshot(
            clock.instant(),
            Instance.UNKNOWN,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            config.introspectionUrl().isEmpty(),
            List.of(
                new Problem(Source.INTROSPECTION, Reason.TIMEOUT, message),
                new Problem(Source.METRICS, Reason.TIMEOUT, message)));
    return report(nothing, unidentified(), SamplerState.NONE, Duration.ZERO);
  }

  private static RuntimeException rethrown(ExecutionException e) {
    return e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e);
  }
}
