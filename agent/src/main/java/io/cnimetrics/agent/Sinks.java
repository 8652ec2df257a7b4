package io.cnimetrics.agent;

import io.cnimetrics.catalog.NodeLabels;
import io.cnimetrics.config.Otlp;
import io.cnimetrics.publish.MetricSink;
import java.util.function.Supplier;

/** Creates the sink of each receiver for a region. */
public interface Sinks {
  MetricSink cloudWatch(String region);

  /**
   * Creates the sink of a receiver of OTLP.
   *
   * @param region the region of CloudWatch's own endpoint. Not used for other receivers
   * @param labels returns the labels of this node
   */
  MetricSink otlp(Otlp otlp, String region, Supplier<NodeLabels> labels);
}
