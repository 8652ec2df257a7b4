package io.cnimetrics.console;

import io.cnimetrics.catalog.Metric;
import io.cnimetrics.catalog.Metric.Unit;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * One alarm on the metrics of a cluster.
 *
 * @param name the suffix of the alarm's name in CloudWatch, such as {@code ipamd-down}
 * @param onBy the template parameter that switches the alarm on; empty if the alarm is always on
 */
public record Alarm(
    String name,
    Severity severity,
    Formula formula,
    Comparison comparison,
    Threshold threshold,
    Evaluation evaluation,
    Optional<Switch> onBy,
    Text text) {
  private static final String RUNBOOKS =
      "https://github.com/OWNER/cni-metrics-agent/blob/main/docs/runbooks/";

  private static final Pattern WORD = Pattern.compile("(?:^|-)(\\w)");

  /**
   * The name of the alarm within the template, such as {@code IpamdDown}. The name of a subnet's
   * alarm contains the subnet's id, so that CloudFormation keeps the alarm if other subnets are
   * added or removed.
   */
  public String id() {
    String[] parts = name.split("-subnet-", 2);
    String words = WORD.matcher(parts[0]).replaceAll(w -> w.group(1).toUpperCase(Locale.ROOT));
    return parts.length == 1 ? words : words + parts[1];
  }

  /** The address of an alarm's page for the person on call. All subnet alarms share one page. */
  static String runbook(String name) {
    return RUNBOOKS + page(name);
  }

  static String page(String name) {
    return name.replaceFirst("-subnet-\\w+$", "") + ".md";
  }

  public boolean isOnByDefault() {
    return onBy.map(Switch::on).orElse(true);
  }

  public boolean isOfSubnet() {
    return formula.series().stream().anyMatch(series -> series.subnetId().isPresent());
  }

  Unit unit() {
    if (formula.isForecast()) {
      return Unit.MINUTES;
    }
    return formula.isPercent() ? Unit.PERCENT : metrics().get(0).unit();
  }

  /** The metrics of the alarm. The price of an alarm depends on the number of its metrics. */
  public List<Metric> metrics() {
    return formula.series().stream().map(ClusterSeries::metric).toList();
  }

  /** How urgent the alarm is. */
  public enum Severity {
    PAGE("#d62728"),
    TICKET("#ff7f0e");

    final String colour;

    Severity(String colour) {
      this.colour = colour;
    }

    String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** The comparison of a value with the threshold that starts the alarm. */
  enum Comparison {
    AT_LEAST("GreaterThanOrEqualToThreshold", "at or above"),
    ABOVE("GreaterThanThreshold", "above"),
    BELOW("LessThanThreshold", "below");

    /** The name of the comparison in CloudWatch. */
    final String operator;

    final String words;

    Comparison(String operator, String words) {
      this.operator = operator;
      this.words = words;
    }
  }

  /**
   * The text of an alarm for the person on call.
   *
   * @param title the problem, in a few words
   * @param meaning the effect on pods, and what to check first
   * @param troubles the metrics in the log lines that name the node; empty if no line names the
   *     node
   * @param checks the ids of the doctor's findings to look at on the node
   */
  public record Text(String title, String meaning, List<Metric> troubles, List<String> checks) {}

  /**
   * The threshold of an alarm. Graphs show the threshold too.
   *
   * @param parameter the template parameter for the threshold; empty if the threshold is fixed
   * @param description the description of the parameter
   */
  record Threshold(Optional<String> parameter, int value, int least, int most, String description) {
    static Threshold fixed(int value) {
      return new Threshold(Optional.empty(), value, value, value, "");
    }

    static Threshold of(String parameter, int value, int least, int most, String description) {
      return new Threshold(Optional.of(parameter), value, least, most, description);
    }
  }

  /**
   * A template parameter that switches an alarm on or off.
   *
   * @param parameter the name of the parameter and of its condition
   * @param on whether the alarm is on by default
   */
  record Switch(String parameter, boolean on, String description) {}

  /**
   * The periods that an alarm evaluates.
   *
   * @param datapoints the number of evaluated periods that must breach the threshold
   * @param periods the number of periods that are evaluated
   * @param periodMinutes the length of a period, usually one minute
   * @param missing how a period without a datum counts
   */
  record Evaluation(int datapoints, int periods, int periodMinutes, Missing missing) {
    Evaluation(int datapoints, int periods, Missing missing) {
      this(datapoints, periods, 1, missing);
    }

    /** How CloudWatch treats a minute without a datum. */
    enum Missing {
      BREACHING("breaching"),
      NOT_BREACHING("notBreaching"),
      /** The minute does not count. The alarm keeps its state or changes to INSUFFICIENT_DATA. */
      MISSING("missing");

      final String label;

      Missing(String label) {
        this.label = label;
      }
    }

    /**
     * Adapts the evaluation to the publish interval of the agents. The nodes send at different
     * times, so the newest minutes perhaps still lack datums when CloudWatch evaluates the alarm.
     * Therefore the alarm evaluates more minutes. The alarm still starts after the same number of
     * bad minutes.
     */
    Evaluation sentEvery(int minutes) {
      int late = (2 * minutes + 2 + periodMinutes) / periodMinutes;
      return new Evaluation(datapoints, Math.max(periods, late), periodMinutes, missing);
    }
  }
}
