package io.cnimetrics.agent;

import io.cnimetrics.publish.Ledger.MinuteReport;
import io.cnimetrics.publish.MinuteValue;
import io.cnimetrics.snapshot.AddressPool;
import io.cnimetrics.snapshot.Eni;
import io.cnimetrics.snapshot.NodeSnapshot;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells trouble when it begins and when it ends, with the node that it is on: the cluster's metrics
 * say that there is some, and these lines say where.
 */
final class TroubleLog implements Consumer<MinuteReport> {
  private static final Logger log = LoggerFactory.getLogger(TroubleLog.class);

  private final String nodeName;
  private volatile Optional<NodeSnapshot> last = Optional.empty();

  TroubleLog(String nodeName) {
    this.nodeName = nodeName;
  }

  /** Keeps what the lines are to say of the node. */
  void seen(NodeSnapshot snapshot) {
    last = Optional.of(snapshot);
  }

  @Override
  public void accept(MinuteReport report) {
    if (!report.begun().isEmpty()) {
      log.warn("trouble minute={} {} {}", report.minute(), numbers(report.begun()), whereAndWhat());
    }
    if (!report.ended().isEmpty()) {
      log.info(
          "trouble ended minute={} {} {}",
          report.minute(),
          numbers(report.ended()),
          whereAndWhat());
    }
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

  private String whereAndWhat() {
    return "node="
        + nodeName
        + last.map(
                snapshot ->
                    " instance="
                        + snapshot.instance().id().orElse("unknown")
                        + snapshot.pool().map(TroubleLog::pool).orElse("")
                        + snapshot.problems().stream()
                            .map(problem -> " cause=\"" + problem.message() + "\"")
                            .findFirst()
                            .orElse(""))
            .orElse("");
  }

  private static String pool(AddressPool pool) {
    String subnets =
        pool.enis().stream()
            .flatMap((Eni eni) -> eni.subnetId().map(Stream::of).orElse(Stream.empty()))
            .distinct()
            .collect(Collectors.joining(","));
    return (subnets.isEmpty() ? "" : " subnets=" + subnets)
        + " enis=%d assigned=%d cooling=%d"
            .formatted(pool.eniCount(), pool.assigned(), pool.cooling())
        + (pool.ipv6() ? "" : " total=" + pool.totalIpv4());
  }
}
