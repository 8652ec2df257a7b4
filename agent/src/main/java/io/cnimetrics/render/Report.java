package io.cnimetrics.render;

import io.cnimetrics.catalog.Reading;
import io.cnimetrics.snapshot.NodeIdentity;
import io.cnimetrics.snapshot.NodeSnapshot;
import io.cnimetrics.snapshot.Origins;
import io.cnimetrics.snapshot.Problem;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** One poll with all that is shown of it. */
public record Report(NodeIdentity node, Origins origins, NodeSnapshot snapshot, Reading reading) {

  /** All that kept the poll from knowing more. */
  public List<Problem> problems() {
    return Stream.concat(snapshot.problems().stream(), reading.capacity().problem().stream())
        .toList();
  }

  /** Whether ipamD answered, by introspection or by what stands in for it. */
  public boolean ipamdRead() {
    return snapshot.ipamdRead();
  }

  Optional<String> cniVersion() {
    return snapshot.metrics().flatMap(metrics -> metrics.cniVersion());
  }
}
