package io.cnimetrics.ipamd;

import static io.cnimetrics.snapshot.Reason.DEGRADED;
import static io.cnimetrics.snapshot.Reason.MISMATCH;
import static io.cnimetrics.snapshot.Reason.TIMEOUT;
import static io.cnimetrics.snapshot.Reason.UNEXPECTED_SHAPE;
import static io.cnimetrics.snapshot.Reason.UNREACHABLE;
import static io.cnimetrics.snapshot.Source.INTROSPECTION;
import static io.cnimetrics.snapshot.Source.METRICS;

import io.cnimetrics.snapshot.AddressPool;
import io.cnimetrics.snapshot.Instance;
import io.cnimetrics.snapshot.IpamdMetrics;
import io.cnimetrics.snapshot.NodeSnapshot;
import io.cnimetrics.snapshot.NodeSnapshot.IpamdSettings;
import io.cnimetrics.snapshot.Problem;
import io.cnimetrics.snapshot.Reason;
import io.cnimetrics.snapshot.Series;
import io.cnimetrics.snapshot.Source;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Polls the ipamD of this node: first introspection, then the metrics text. If a source fails, the
 * snapshot has a {@link Problem} and no data of that source. The other source is still read. Other
 * threads can call only {@link #abort}.
 */
public final class IpamdReader implements Ipamd {
  private static final Logger log = LoggerFactory.getLogger(IpamdReader.class);
  private static final Duration SETTINGS_TIMEOUT = Duration.ofSeconds(1);

  /**
   * Two clocks with a smaller difference count as equal, because the date of an answer has no
   * fraction of a second, and the answer needs some time.
   */
  private static final Duration SAME_TIME = Duration.ofSeconds(3);

  private final Optional<IpamdHttp> introspection;
  private final Optional<IpamdHttp> metrics;
  private final PrometheusReader prometheus;
  private final Duration ipCooldown;
  private final InstantSource clock;
  private final boolean byOwnClock;

  private Duration ahead = Duration.ZERO;
  private Optional<IpamdSettings> settings = Optional.empty();
  private boolean settingsKnown;
  private OptionalDouble settingsOfProcess = OptionalDouble.empty();

  /**
   * @param introspection base address, {@code http://…} or {@code unix:/path}; empty if
   *     introspection is switched off in ipamD
   * @param metrics address of the metrics text; empty if the metrics text is not read
   * @param wanted the series whose samples are added up
   * @param ipCooldown the time for which ipamD does not assign a released address again
   */
  public IpamdReader(
      Optional<URI> introspection,
      Optional<URI> metrics,
      Collection<Series> wanted,
      Duration ipCooldown,
      InstantSource clock) {
    this(
        introspection.map(IpamdHttp::new),
        metrics.map(IpamdHttp::new),
        new PrometheusReader(wanted),
        ipCooldown,
        clock,
        true);
  }

  private IpamdReader(
      Optional<IpamdHttp> introspection,
      Optional<IpamdHttp> metrics,
      PrometheusReader prometheus,
      Duration ipCooldown,
      InstantSource clock,
      boolean byOwnClock) {
    this.introspection = introspection;
    this.metrics = metrics;
    this.prometheus = prometheus;
    this.ipCooldown = ipCooldown;
    this.clock = clock;
    this.byOwnClock = byOwnClock;
  }

  /**
   * Returns a reader for a process that perhaps runs on another host than the node. The times of
   * the snapshots are then times of the node's clock. The reader takes them from the HTTP header
   * Date of ipamD's answers.
   */
  public IpamdReader byClockOfIpamd() {
    return new IpamdReader(introspection, metrics, prometheus, ipCooldown, clock, false);
  }

  @Override
  public NodeSnapshot read(Duration most) {
    Round round = new Round(clock.instant(), most);
    Optional<AddressPool> pool = round.pool();
    Optional<IpamdMetrics> sums = round.metrics();
    refreshSettings(pool, sums, round);
    return new NodeSnapshot(
        round.takenAt.plus(ahead),
        Instance.UNKNOWN,
        pool,
        sums,
        settings,
        introspection.isEmpty(),
        round.problems);
  }

  /** Compares the node's clock with this clock. A known difference stays if it still fits. */
  private void compare(IpamdHttp http) {
    Optional<Duration> difference =
        http.date().filter(any -> !byOwnClock).map(date -> Duration.between(clock.instant(), date));
    if (difference.filter(now -> isLong(now.minus(ahead))).isPresent()) {
      ahead = difference.filter(IpamdReader::isLong).orElse(Duration.ZERO);
    }
  }

  private static boolean isLong(Duration difference) {
    return difference.abs().compareTo(SAME_TIME) > 0;
  }

  @Override
  public void abort() {
    introspection.ifPresent(IpamdHttp::abort);
    metrics.ifPresent(IpamdHttp::abort);
  }

  /**
   * ipamD's settings are constant until ipamD restarts. The agent requests the settings until ipamD
   * answers, and again after a possible restart.
   */
  private void refreshSettings(
      Optional<AddressPool> pool, Optional<IpamdMetrics> sums, Round round) {
    OptionalDouble process = sums.map(IpamdMetrics::processStartSeconds).orElse(settingsOfProcess);
    if (pool.isEmpty() || !process.equals(settingsOfProcess)) {
      settingsKnown = false;
      settings = Optional.empty();
      settingsOfProcess = process;
    }
    if (pool.isPresent() && !settingsKnown) {
      readSettings(round);
    }
  }

  /** Missing settings are not a problem, because the pool also shows custom networking. */
  private void readSettings(Round round) {
    try {
      settings = introspection.map(round::settings);
      settingsKnown = true;
    } catch (IpamdException e) {
      log.debug("ipamD does not report its settings: {}", e.getMessage());
      settingsKnown = e.reason() != UNREACHABLE && e.reason() != TIMEOUT;
    }
  }

  /** The requests of one poll. They have a common deadline. */
  private final class Round {
    private final Instant takenAt;
    private final long deadline;
    private final List<Problem> problems = new ArrayList<>();

    Round(Instant takenAt, Duration most) {
      this.takenAt = takenAt;
      this.deadline = System.nanoTime() + most.toNanos();
    }

    Optional<AddressPool> pool() {
      if (introspection.isEmpty()) {
        report(
            INTROSPECTION,
            DEGRADED,
            "introspection is not read (--introspection-url none)",
            "ipamD's gauges are used instead; these gauges are wrong with several network cards"
                + " and after the forced removal of an ENI");
        return Optional.empty();
      }
      Optional<AddressPool> pool = attempt(INTROSPECTION, () -> enis(introspection.get()));
      pool.ifPresent(this::checkStatedTotals);
      return pool;
    }

    Optional<IpamdMetrics> metrics() {
      if (metrics.isEmpty()) {
        report(
            METRICS,
            DEGRADED,
            "ipamD's metrics are not read (--metrics-url none)",
            "the agent reports no counters; the instance type gives the effective maximum");
        return Optional.empty();
      }
      Duration limit = limit(IpamdHttp.CALL_TIMEOUT);
      Optional<IpamdMetrics> sums = attempt(METRICS, () -> sums(metrics.get(), limit));
      sums.ifPresent(this::checkNumbers);
      return sums;
    }

    private IpamdMetrics sums(IpamdHttp http, Duration limit) {
      IpamdMetrics read =
          http.get(
              "",
              limit,
              body -> {
                compare(http);
                return prometheus.read(body);
              });
      // A host with another clock is not the node.
      return read.on(ahead.isZero() ? HostBoot.read() : Optional.empty());
    }

    /** Reports sums that are not finite. The agent leaves out a metric that needs such a sum. */
    private void checkNumbers(IpamdMetrics read) {
      Map<String, Double> odd = new TreeMap<>();
      for (Map.Entry<Series, Double> sum : read.sums().entrySet()) {
        if (!Double.isFinite(sum.getValue())) {
          odd.put(sum.getKey().name(), sum.getValue());
        }
      }
      if (!odd.isEmpty()) {
        report(
            METRICS,
            UNEXPECTED_SHAPE,
            "sums that are not finite numbers: %s".formatted(odd),
            "metrics that need these sums are left out; " + remedy(METRICS, UNEXPECTED_SHAPE));
      }
    }

    IpamdSettings settings(IpamdHttp http) {
      return http.get(
          "v1/ipamd-env-settings", limit(SETTINGS_TIMEOUT), IntrospectionDecoder::settings);
    }

    private AddressPool enis(IpamdHttp http) {
      return http.get(
          "v1/enis",
          limit(IpamdHttp.CALL_TIMEOUT),
          body -> {
            compare(http);
            return IntrospectionDecoder.pool(body, takenAt.plus(ahead), ipCooldown);
          });
    }

    /**
     * Reports a problem if a total that ipamD states differs from the agent's total. This happens
     * after the forced removal of an ENI. The agent uses its own total.
     */
    private void checkStatedTotals(AddressPool pool) {
      if (!pool.ipv6()) {
        checkStated("TotalIPs", pool.statedTotal(), pool.totalIpv4());
        checkStated("AssignedIPs", pool.statedAssigned(), pool.assigned());
      }
    }

    private void checkStated(String field, OptionalLong stated, long listed) {
      if (stated.isPresent() && stated.getAsLong() != listed) {
        report(
            INTROSPECTION,
            MISMATCH,
            "ipamD states %s %d but lists %d".formatted(field, stated.getAsLong(), listed),
            "the list is correct, and the agent counts the list");
      }
    }

    private <T> Optional<T> attempt(Source source, Supplier<T> read) {
      try {
        return Optional.of(read.get());
      } catch (IpamdException e) {
        report(source, e.reason(), e.getMessage(), remedy(source, e.reason()));
        return Optional.empty();
      }
    }

    private Duration limit(Duration most) {
      Duration left = Duration.ofNanos(Math.max(1_000_000, deadline - System.nanoTime()));
      return left.compareTo(most) < 0 ? left : most;
    }

    private void report(Source source, Reason reason, String fact, String remedy) {
      problems.add(new Problem(source, reason, fact, remedy));
    }
  }

  private static String remedy(Source source, Reason reason) {
    boolean introspection = source == INTROSPECTION;
    return switch (reason) {
      case UNREACHABLE ->
          introspection
              ? "check that aws-node runs on this node; set --introspection-url none if its"
                  + " DISABLE_INTROSPECTION is set; set --introspection-url to the right address"
                  + " if its INTROSPECTION_BIND_ADDRESS is set, and to port 61678 for release"
                  + " 1.4.0 and releases up to 1.3.3"
              : "until ipamD answers, the agent reports no counters; if DISABLE_METRICS is set for"
                  + " aws-node, set --metrics-url none";
      case TIMEOUT -> "ipamD hangs or the node is overloaded; read the log of aws-node";
      default ->
          introspection
              ? "check that --introspection-url is ipamD's introspection (port 61679)"
              : "check that --metrics-url is ipamD's Prometheus text (port 61678)";
    };
  }
}
