package io.cnimetrics.agent;

import io.cnimetrics.catalog.NodeLabels;
import io.cnimetrics.publish.MetricSink;
import io.cnimetrics.publish.Receiver;
import java.util.function.Supplier;

/** Creates the sink of each receiver. */
@FunctionalInterface
public interface Sinks {
  /**
   * Creates a sink. Makes no network call.
   *
   * @param region the region of CloudWatch. Not used for a receiver of OTLP with its own URL
   * @param labels returns the labels of this node, which OTLP adds to each datum
   */
  MetricSink of(Receiver receiver, String region, Supplier<NodeLabels> labels);
}
