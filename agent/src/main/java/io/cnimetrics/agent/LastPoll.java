package io.cnimetrics.agent;

import io.cnimetrics.catalog.Sample;
import io.cnimetrics.snapshot.NodeSnapshot;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The last poll, and the last samples about subnets. Several threads may use this object. */
final class LastPoll {
  private volatile Optional<Poll> polled = Optional.empty();
  private volatile List<Sample> ofSubnets = List.of();

  record Poll(NodeSnapshot snapshot, List<Sample> samples) {}

  void set(NodeSnapshot snapshot, List<Sample> samples) {
    polled = Optional.of(new Poll(snapshot, samples));
  }

  /** The snapshot of the last poll; empty before the first poll. */
  Optional<NodeSnapshot> snapshot() {
    return polled.map(Poll::snapshot);
  }

  /** Sets the samples about subnets. They come from EC2 and not from a poll. */
  void setSubnets(List<Sample> samples) {
    ofSubnets = samples;
  }

  /** The samples of the last poll, if any, and the samples about subnets. */
  List<Sample> samples() {
    return Stream.concat(
            polled.stream().flatMap(poll -> poll.samples().stream()), ofSubnets.stream())
        .toList();
  }
}
