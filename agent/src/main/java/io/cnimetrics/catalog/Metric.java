package io.cnimetrics.catalog;

import io.cnimetrics.snapshot.Series;
import java.util.List;

/**
 * One metric: all that anyone needs to know of it.
 *
 * @param name in CloudWatch; the names of AWS's cni-metrics-helper where it has the metric
 * @param core whether it is one of the six that {@code --metrics core} selects
 * @param statistic gives the cluster's value at a period of 60 s
 * @param description one sentence for people
 * @param computation how its value comes out of a poll
 */
public record Metric(
    String name,
    Kind kind,
    boolean core,
    Unit unit,
    Statistic statistic,
    String description,
    Computation computation) {

  /** ipamD's series that it is read from; empty if it is not. */
  public List<Series> series() {
    return computation.series();
  }
}
