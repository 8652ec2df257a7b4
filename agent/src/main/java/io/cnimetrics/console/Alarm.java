package io.cnimetrics.console;

import io.cnimetrics.catalog.Metric;
import java.util.List;
import java.util.Optional;

/**
 * One alarm on a cluster's metrics, at a period of 60 s.
 *
 * @param id its name within the template
 * @param name the suffix of its name in CloudWatch
 * @param onBy the template parameter that switches it on, if there is one
 */
public record Alarm(
    String id,
    String name,
    Severity severity,
    Formula formula,
    Comparison comparison,
    AlarmThreshold threshold,
    AlarmEvaluation evaluation,
    Optional<AlarmSwitch> onBy,
    AlarmText text) {

  public Alarm {
    if (formula.series().size() > Formula.MOST_SERIES_OF_ALARM) {
      throw new IllegalArgumentException(id + " has too many metrics");
    }
    boolean average =
        formula.series().stream().anyMatch(of -> of.statistic() == ClusterStatistic.AVERAGE);
    if (average) {
      throw new IllegalArgumentException(id + ": nodes that are ill report first, so no average");
    }
  }

  public boolean isOnByDefault() {
    return onBy.map(AlarmSwitch::on).orElse(true);
  }

  public boolean isOfSubnet() {
    return formula.series().stream().anyMatch(series -> series.subnetId().isPresent());
  }

  /** The metrics in it; CloudWatch bills the alarm by their number. */
  public List<Metric> metrics() {
    return formula.series().stream().map(ClusterSeries::metric).toList();
  }

  /** The condition, as text. */
  String condition() {
    ClusterSeries first = formula.series().get(0);
    String measured =
        formula.plain() ? first.statistic().label() : "Sums: `" + formula.expression() + "`";
    StringBuilder condition =
        new StringBuilder("%s %s %d".formatted(measured, comparison.sign(), threshold.value()));
    AlarmEvaluation each = evaluation.sentEvery(1);
    condition.append(" in %d of %d minutes".formatted(each.datapoints(), each.periods()));
    if (evaluation.missing() == AlarmEvaluation.Missing.BREACHING) {
      condition.append(", or no data in them");
    }
    if (isOfSubnet()) {
      condition.append("; with `--subnets`");
    }
    if (!isOnByDefault()) {
      condition.append("; off by default");
    }
    return condition.toString();
  }

  /** How urgent the alarm is. */
  public enum Severity {
    PAGE("page", "#d62728"),
    TICKET("ticket", "#ff7f0e");

    private final String label;
    private final String colour;

    Severity(String label, String colour) {
      this.label = label;
      this.colour = colour;
    }

    String label() {
      return label;
    }

    String colour() {
      return colour;
    }
  }

  /** How the value compares with the threshold in alarm state. */
  enum Comparison {
    AT_LEAST("GreaterThanOrEqualToThreshold", "from", "≥"),
    ABOVE("GreaterThanThreshold", "above", ">"),
    BELOW("LessThanThreshold", "below", "<");

    private final String operator;
    private final String word;
    private final String sign;

    Comparison(String operator, String word, String sign) {
      this.operator = operator;
      this.word = word;
      this.sign = sign;
    }

    /** The operator's name in CloudWatch. */
    String operator() {
      return operator;
    }

    String word() {
      return word;
    }

    String sign() {
      return sign;
    }
  }
}
