package io.cnimetrics.render;

import java.util.Optional;

/**
 * One alarm on a cluster's metrics, at a period of 60 s.
 *
 * @param id its name within the template
 * @param name the end of its name in CloudWatch
 * @param onBy the template's switch that it hangs on, if any
 */
record Alarm(
    String id,
    String name,
    Severity severity,
    Formula formula,
    Comparison comparison,
    AlarmThreshold threshold,
    AlarmEvaluation evaluation,
    Optional<String> onBy,
    AlarmText text) {

  Alarm {
    if (formula.series().size() > Formula.MOST_SERIES_OF_ALARM) {
      throw new IllegalArgumentException(id + " has too many metrics");
    }
    boolean average =
        formula.series().stream().anyMatch(of -> of.statistic() == ClusterStatistic.AVERAGE);
    if (average) {
      throw new IllegalArgumentException(id + ": nodes that are ill report first, so no average");
    }
  }

  /** Who is told. */
  enum Severity {
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

  /** On which side of the threshold it is bad. */
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

    /** CloudWatch's name of it. */
    String operator() {
      return operator;
    }

    String word() {
      return word;
    }
  }
}
