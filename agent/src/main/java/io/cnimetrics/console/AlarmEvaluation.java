package io.cnimetrics.console;

/**
 * How many minutes an alarm evaluates.
 *
 * @param datapoints the number of minutes that must breach the threshold
 * @param periods the number of minutes that are evaluated
 * @param missing how a minute without a datum counts
 */
record AlarmEvaluation(int datapoints, int periods, Missing missing) {

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

  static AlarmEvaluation of(int datapoints, int periods, Missing missing) {
    return new AlarmEvaluation(datapoints, periods, missing);
  }

  /**
   * Adapts the evaluation to the agents' publish interval. Nodes send one after the other, and
   * CloudWatch may evaluate in between: the newest minutes then lack nodes, or are missing, and a
   * node's bad minute arrives when it is no longer the newest. So the alarm evaluates more minutes.
   * The number of bad minutes that raises it does not change.
   */
  AlarmEvaluation sentEvery(int minutes) {
    return new AlarmEvaluation(datapoints, Math.max(periods, 2 * minutes + 3), missing);
  }
}
