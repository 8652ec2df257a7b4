package io.cnimetrics.agent;

import io.cnimetrics.catalog.Sample;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The samples of the last poll; written by one thread and read by others. */
public final class LastPoll {
  private volatile Optional<List<Sample>> polled = Optional.empty();
  private volatile List<Sample> ofSubnets = List.of();

  void set(List<Sample> newest) {
    polled = Optional.of(newest);
  }

  /** Sets EC2's newest answer about the node's subnets, which is not part of a poll. */
  void setSubnets(List<Sample> samples) {
    ofSubnets = samples;
  }

  boolean isPresent() {
    return polled.isPresent();
  }

  /** The samples of the last poll, none before the first, and the samples of subnets. */
  public List<Sample> samples() {
    return Stream.concat(polled.orElse(List.of()).stream(), ofSubnets.stream()).toList();
  }
}
