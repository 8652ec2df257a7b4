package io.cnimetrics.dryrun;

import io.cnimetrics.capacity.ReachableNow;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.catalog.NodeLabels;
import io.cnimetrics.catalog.Sample;
import io.cnimetrics.catalog.Sampler.PollSamples;
import io.cnimetrics.snapshot.NodeIdentity;
import io.cnimetrics.snapshot.NodeIdentity.Origins;
import io.cnimetrics.snapshot.NodeSnapshot;
import io.cnimetrics.snapshot.Problem;
import io.cnimetrics.snapshot.Subnet;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One poll with all values that the reports show.
 *
 * @param subnets the subnets of the node's interfaces; empty if no subnets were read
 */
public record Report(
    NodeIdentity node,
    Origins origins,
    NodeSnapshot snapshot,
    PollSamples reading,
    List<Subnet> subnets) {
  /** All samples. The samples of subnets come last. */
  public List<Sample> samples() {
    return Stream.concat(reading.samples().stream(), MetricCatalog.samples(subnets).stream())
        .toList();
  }

  /** The number of addresses for pods that the node could have now; empty if unknown. */
  Optional<ReachableNow> reachableNow() {
    return ReachableNow.of(snapshot, reading.capacity(), subnets);
  }

  public List<Problem> problems() {
    return Stream.of(
            snapshot.problems().stream(),
            reading.problem().stream(),
            reading.capacity().problem().stream())
        .flatMap(problems -> problems)
        .toList();
  }

  /**
   * Whether the poll read introspection. If introspection is switched off, whether it read the
   * metrics text.
   */
  public boolean ipamdRead() {
    return snapshot.ipamdRead();
  }

  public Optional<String> cniVersion() {
    return snapshot.metrics().flatMap(metrics -> metrics.cniVersion());
  }

  public NodeLabels labels() {
    return NodeLabels.of(node, Optional.of(snapshot));
  }
}
