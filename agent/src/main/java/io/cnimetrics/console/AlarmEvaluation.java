package io.cnimetrics.console;

/**
 * How many minutes an alarm looks at.
 *
 * @param datapoints minutes that must be bad
 * @param periods out of so many
 * @param missing what a minute without a datum counts as
 */
record AlarmEvaluation(int datapoints, int periods, Missing missing) {

  /** What CloudWatch is to make of a minute without a datum. */
  enum Missing {
    BREACHING("breaching"),
    NOT_BREACHING("notBreaching"),
    /** Neither: the alarm stays, or says that it has too little to go by. */
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
   * The same with agents that send so often. Nodes send one after the other, and CloudWatch may
   * look in between: the newest minutes then lack nodes, or are not there, and a node's bad minute
   * arrives when it is no longer the newest. So the alarm looks further back. As many bad minutes
   * as before make it go off, no more and no fewer.
   */
  AlarmEvaluation sentEvery(int minutes) {
    return new AlarmEvaluation(datapoints, Math.max(periods, 2 * minutes + 3), missing);
  }
}
