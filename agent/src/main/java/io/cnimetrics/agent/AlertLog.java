package io.cnimetrics.agent;

import io.cnimetrics.agent.AlertCause.Found;
import io.cnimetrics.capacity.PodLimits;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.catalog.Sampler.PollSamples;
import io.cnimetrics.health.AgentStatus;
import io.cnimetrics.health.AgentStatus.Trouble;
import io.cnimetrics.publish.AlertListener;
import io.cnimetrics.publish.AlertListener.AlertChanges;
import io.cnimetrics.publish.MinuteValue;
import io.cnimetrics.snapshot.AddressPool;
import io.cnimetrics.snapshot.NodeSnapshot;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs the start and the end of each alert with the node's name, because the cluster's metrics do
 * not show which node has trouble.
 */
final class AlertLog implements AlertListener {
  private static final Logger log = LoggerFactory.getLogger(AlertLog.class);
  private static final int MOST_MINUTES = 15;

  private final String nodeName;
  private final Optional<PodLimits> pods;
  private final IncreaseHistory increases = new IncreaseHistory();
  private final Map<String, Trouble> present = new LinkedHashMap<>();
  private final Deque<AgentStatus.Minute> minutes = new ArrayDeque<>();
  private Optional<AlertCause> causes = Optional.empty();
  private Optional<Instant> changingSince = Optional.empty();

  /**
   * @param pods the kubelet's limit of pods; empty if the agent only assumes a limit
   */
  AlertLog(String nodeName, Optional<PodLimits> pods) {
    this.nodeName = nodeName;
    this.pods = pods;
  }

  IncreaseHistory increases() {
    return increases;
  }

  /** Adds a poll. The next log lines use the pool and the causes of this poll. */
  synchronized void polled(NodeSnapshot snapshot, PollSamples reading) {
    increases.add(snapshot, reading);
    boolean changing = MetricCatalog.isPoolChanging(snapshot);
    changingSince = changingSince.or(() -> Optional.of(snapshot.takenAt())).filter(at -> changing);
    causes =
        Optional.of(new AlertCause(snapshot, reading.capacity(), pods, increases, changingSince));
  }

  /**
   * The alerts that have not ended, the oldest first. Each alert has the cause that the last poll
   * shows, or else the cause at the alert's start.
   */
  synchronized List<Trouble> present() {
    return present.values().stream()
        .map(
            trouble -> {
              Trouble now = trouble(trouble.value(), trouble.since());
              return now.cause().isPresent() ? now : trouble;
            })
        .toList();
  }

  /** An alert with the cause that the last poll shows. */
  private Trouble trouble(MinuteValue value, Instant since) {
    Optional<Found> cause = causes.flatMap(known -> known.of(value.metric()));
    return new Trouble(value, since, cause.map(Found::text), cause.map(Found::finding));
  }

  /** The values of the last minutes, the oldest first. */
  synchronized List<AgentStatus.Minute> minutes() {
    return List.copyOf(minutes);
  }

  /**
   * Errors for missing paths of instance metadata are harmless, because ipamD also reads optional
   * paths.
   */
  @Override
  public double harmless(Instant minute, String metric) {
    return metric.equals(MetricCatalog.AWS_API_ERR.name()) ? increases.takeHarmless(minute) : 0;
  }

  @Override
  public synchronized void closed(AlertChanges changes) {
    for (MinuteValue value : changes.raised()) {
      present.put(value.metric(), trouble(value, changes.minute()));
    }
    if (!changes.raised().isEmpty()) {
      Line line = line("trouble minute={}", changes.minute(), changes.raised());
      log.warn(line.template.toString(), line.values.toArray());
    }
    if (!changes.cleared().isEmpty()) {
      Line line = line("trouble ended minute={}", changes.minute(), changes.cleared());
      log.info(line.template.toString(), line.values.toArray());
      changes.cleared().forEach(value -> present.remove(value.metric()));
    }
    minutes.addLast(new AgentStatus.Minute(changes.minute(), changes.values()));
    if (minutes.size() > MOST_MINUTES) {
      minutes.removeFirst();
    }
    for (MinuteValue value : changes.values()) {
      present.computeIfPresent(
          value.metric(),
          (metric, was) -> new Trouble(value, was.since(), was.cause(), was.finding()));
    }
  }

  /** A log line: a template and its values. Only the values can come from outside the agent. */
  private static final class Line {
    private final StringBuilder template = new StringBuilder();
    private final List<Object> values = new ArrayList<>();

    Line with(String part, Object value) {
      template.append(part);
      values.add(value);
      return this;
    }
  }

  private Line line(String start, Instant minute, List<MinuteValue> alerts) {
    Line line = new Line().with(start, minute);
    alerts.forEach(alert -> line.with(" " + alert.metric() + "={}", number(alert.value())));
    line.with(" node={}", nodeName);
    causes.map(AlertCause::snapshot).ifPresent(snapshot -> where(line, snapshot));
    of(alerts, Trouble::finding, ",").ifPresent(finding -> line.with(" finding={}", finding));
    of(alerts, Trouble::cause, "; ")
        .ifPresent(text -> line.with(" cause=\"{}\"", text.replace('"', '\'')));
    return line;
  }

  private static String number(double value) {
    return value == Math.rint(value)
        ? String.valueOf((long) value)
        : String.format(Locale.ROOT, "%.1f", value);
  }

  private static void where(Line line, NodeSnapshot snapshot) {
    line.with(" instance={}", snapshot.instance().id().orElse("unknown"));
    snapshot.pool().ifPresent(pool -> where(line, pool));
  }

  private static void where(Line line, AddressPool pool) {
    String subnets =
        pool.enis().stream()
            .flatMap(eni -> eni.subnetId().stream())
            .distinct()
            .collect(Collectors.joining(","));
    if (!subnets.isEmpty()) {
      line.with(" subnets={}", subnets);
    }
    line.with(" enis={}", pool.eniCount())
        .with(" assigned={}", pool.assigned())
        .with(" cooling={}", pool.cooling());
    if (!pool.ipv6()) {
      line.with(" total={}", pool.totalIpv4());
    }
  }

  /**
   * The causes that the alerts had at their start. The log line about the end repeats these causes.
   */
  private Optional<String> of(
      List<MinuteValue> values, Function<Trouble, Optional<String>> part, String separator) {
    String all =
        values.stream()
            .flatMap(value -> Optional.ofNullable(present.get(value.metric())).stream())
            .flatMap(trouble -> part.apply(trouble).stream())
            .distinct()
            .collect(Collectors.joining(separator));
    return Optional.of(all).filter(text -> !text.isEmpty());
  }
}
