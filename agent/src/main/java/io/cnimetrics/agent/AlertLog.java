package io.cnimetrics.agent;

import io.cnimetrics.catalog.Sampler.PollSamples;
import io.cnimetrics.publish.MetricBuffer.AlertChanges;
import io.cnimetrics.publish.MinuteValue;
import io.cnimetrics.snapshot.AddressPool;
import io.cnimetrics.snapshot.NodeSnapshot;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs the start and the end of each alert with the node's name, because the cluster's metrics do
 * not show which node has trouble.
 */
final class AlertLog implements Consumer<AlertChanges> {
  private static final Logger log = LoggerFactory.getLogger(AlertLog.class);

  private final String nodeName;
  private final Map<String, String> causeOf = new HashMap<>();
  private Optional<AlertCause> causes = Optional.empty();

  AlertLog(String nodeName) {
    this.nodeName = nodeName;
  }

  /** Sets the newest poll. The next log lines show the pool and the causes of this poll. */
  synchronized void polled(NodeSnapshot snapshot, PollSamples reading) {
    causes = Optional.of(new AlertCause(snapshot, reading, causes));
  }

  @Override
  public synchronized void accept(AlertChanges report) {
    for (MinuteValue value : report.raised()) {
      String metric = value.metric();
      causes.flatMap(known -> known.of(metric)).ifPresent(cause -> causeOf.put(metric, cause));
    }
    if (!report.raised().isEmpty()) {
      log.warn("trouble minute={} {}", report.minute(), line(report.raised()));
    }
    if (!report.cleared().isEmpty()) {
      log.info("trouble ended minute={} {}", report.minute(), line(report.cleared()));
      report.cleared().forEach(value -> causeOf.remove(value.metric()));
    }
  }

  private String line(List<MinuteValue> values) {
    return numbers(values)
        + " node="
        + nodeName
        + causes.map(AlertCause::snapshot).map(AlertLog::where).orElse("")
        + cause(values);
  }

  private static String numbers(List<MinuteValue> values) {
    return values.stream()
        .map(value -> value.metric() + "=" + number(value.value()))
        .collect(Collectors.joining(" "));
  }

  private static String number(double value) {
    return value == Math.rint(value)
        ? String.valueOf((long) value)
        : String.format(Locale.ROOT, "%.1f", value);
  }

  private static String where(NodeSnapshot snapshot) {
    return " instance="
        + snapshot.instance().id().orElse("unknown")
        + snapshot.pool().map(AlertLog::pool).orElse("");
  }

  /** The cause at the start of the alert. The line for the end shows the same cause. */
  private String cause(List<MinuteValue> values) {
    String text =
        values.stream()
            .flatMap(value -> Optional.ofNullable(causeOf.get(value.metric())).stream())
            .distinct()
            .collect(Collectors.joining("; "));
    return text.isEmpty() ? "" : " cause=\"" + text.replace('"', '\'') + "\"";
  }

  private static String pool(AddressPool pool) {
    String subnets =
        pool.enis().stream()
            .flatMap(eni -> eni.subnetId().stream())
            .distinct()
            .collect(Collectors.joining(","));
    return (subnets.isEmpty() ? "" : " subnets=" + subnets)
        + " enis=%d assigned=%d cooling=%d"
            .formatted(pool.eniCount(), pool.assigned(), pool.cooling())
        + (pool.ipv6() ? "" : " total=" + pool.totalIpv4());
  }
}
