package io.cnimetrics.agent;

import io.cnimetrics.catalog.Sample;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The samples of the last poll and of the subnets. Several threads may use this object. */
public final class LastPoll {
  private volatile Optional<List<Sample>> polled = Optional.empty();
  private volatile List<Sample> ofSubnets = List.of();

  void set(List<Sample> newest) {
    polled = Optional.of(newest);
  }

  /** Sets the samples about subnets from EC2's newest answer. They are not part of a poll. */
  void setSubnets(List<Sample> samples) {
    ofSubnets = samples;
  }

  boolean isPresent() {
    return polled.isPresent();
  }

  /** The samples of the last poll, if there was a poll, and the samples about subnets. */
  public List<Sample> samples() {
    return Stream.concat(polled.orElse(List.of()).stream(), ofSubnets.stream()).toList();
  }
}
