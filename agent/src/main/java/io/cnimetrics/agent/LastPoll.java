package io.cnimetrics.agent;

import io.cnimetrics.catalog.Sample;
import io.cnimetrics.catalog.Sampler.PollSamples;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The result of the last poll; written by one thread and read by others. */
public final class LastPoll {
  private volatile Optional<PollSamples> reading = Optional.empty();
  private volatile List<Sample> ofSubnets = List.of();

  void was(PollSamples newest) {
    reading = Optional.of(newest);
  }

  /** Sets EC2's newest answer about the node's subnets, which is not part of a poll. */
  void ofSubnets(List<Sample> samples) {
    ofSubnets = samples;
  }

  boolean hasBeen() {
    return reading.isPresent();
  }

  /** The samples of the last poll, none before the first, and the samples of subnets. */
  public List<Sample> samples() {
    List<Sample> polled = reading.map(PollSamples::samples).orElse(List.of());
    return Stream.concat(polled.stream(), ofSubnets.stream()).toList();
  }
}
