package io.cnimetrics.publish;

/** The kind of the service that receives datums. */
public enum Receiver {
  /**
   * A datum of a counter is the increase in a minute. The time of a datum is the minute's start.
   */
  CLOUDWATCH("CloudWatch", MetricSink.MOST_DATUMS, 0),
  /**
   * A datum of a counter is the total since the counter was 0. The time of a datum is the time of
   * its poll. Therefore a datum that arrives twice changes nothing. CloudWatch accepts 1,000 points
   * in a request, and one of these points describes the node. The sink adds up to five labels to
   * each datum. CloudWatch bills the bytes of each point. Therefore a regular send has only one
   * point for each series.
   */
  OTLP("OTLP", MetricSink.MOST_DATUMS - 1, 600);

  private final String label;

  /** The maximum number of datums in one request. */
  final int mostDatums;

  /** The maximum number of bytes that the receiver's sink adds to each datum. */
  final int bytesOfLabels;

  Receiver(String label, int mostDatums, int bytesOfLabels) {
    this.label = label;
    this.mostDatums = mostDatums;
    this.bytesOfLabels = bytesOfLabels;
  }

  /** Whether the price depends on the amount of data, and not on the number of requests. */
  boolean billsValues() {
    return this == OTLP;
  }

  /** The name in messages. */
  public String label() {
    return label;
  }
}
