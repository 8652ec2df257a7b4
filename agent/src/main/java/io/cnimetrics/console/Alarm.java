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
    Threshold threshold,
    Evaluation evaluation,
    Optional<Switch> onBy,
    Text text) {

  public boolean isOnByDefault() {
    return onBy.map(Switch::on).orElse(true);
  }

  public boolean isOfSubnet() {
    return formula.series().stream().anyMatch(series -> series.subnetId().isPresent());
  }

  /** The metrics in it; CloudWatch bills the alarm by their number. */
  public List<Metric> metrics() {
    return formula.series().stream().map(ClusterSeries::metric).toList();
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
    AT_LEAST("GreaterThanOrEqualToThreshold", "from"),
    ABOVE("GreaterThanThreshold", "above"),
    BELOW("LessThanThreshold", "below");

    private final String operator;
    private final String word;

    Comparison(String operator, String word) {
      this.operator = operator;
      this.word = word;
    }

    /** The operator's name in CloudWatch. */
    String operator() {
      return operator;
    }

    String word() {
      return word;
    }
  }

  /**
   * The text of an alarm for the person on call.
   *
   * @param title the problem, in a few words
   * @param meaning the effect on pods, and what to check first
   * @param troubles the metrics of the log lines that name the node; empty if there is no such line
   * @param checks ids of the doctor's findings to check on that node
   */
  public record Text(String title, String meaning, List<Metric> troubles, List<String> checks) {}

  /**
   * The threshold of an alarm. Alarms compare with it; graphs draw it.
   *
   * @param parameter the template's parameter that sets it; empty if no other value makes sense
   * @param description of that parameter
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
   * @param on the default
   */
  record Switch(String parameter, boolean on, String description) {}

  /**
   * How many minutes an alarm evaluates.
   *
   * @param datapoints the number of minutes that must breach the threshold
   * @param periods the number of minutes that are evaluated
   * @param missing how a minute without a datum counts
   */
  record Evaluation(int datapoints, int periods, Missing missing) {

    /** How CloudWatch treats a minute without a datum. */
    enum Missing {
      BREACHING("breaching"),
      NOT_BREACHING("notBreaching"),
      /** Neither: the alarm keeps its state, or changes to INSUFFICIENT_DATA. */
      MISSING("missing");

      private final String label;

      Missing(String label) {
        this.label = label;
      }

      String label() {
        return label;
      }
    }

    /**
     * Adapts the evaluation to the agents' publish interval. Nodes send one after the other, and
     * CloudWatch may evaluate in between: the newest minutes then lack nodes, or are missing, and a
     * node's bad minute arrives when it is no longer the newest. So the alarm evaluates more
     * minutes. The number of bad minutes that raises it does not change.
     */
    Evaluation sentEvery(int minutes) {
      return new Evaluation(datapoints, Math.max(periods, 2 * minutes + 3), missing);
    }
  }
}
