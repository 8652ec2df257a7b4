package io.cnimetrics.publish;

/** The kind of the service that receives datums. */
public enum Receiver {
  /**
   * A datum of a counter is the increase in a minute. The time of a datum is the minute's start.
   */
  CLOUDWATCH("CloudWatch"),
  /**
   * A datum of a counter is the total since a start. The time of a datum is the time of the last
   * poll in the minute. Therefore a datum that arrives twice changes nothing.
   */
  OTLP("OTLP");

  private final String label;

  Receiver(String label) {
    this.label = label;
  }

  /** The name in messages. */
  public String label() {
    return label;
  }
}
