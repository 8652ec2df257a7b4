package io.cnimetrics.agent;

import io.cnimetrics.catalog.PollSamples;
import io.cnimetrics.catalog.Sample;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What the last poll came to; written by one thread and read by others. */
public final class LastPoll {
  private volatile Optional<PollSamples> reading = Optional.empty();
  private volatile List<Sample> ofSubnets = List.of();

  void was(PollSamples newest) {
    reading = Optional.of(newest);
  }

  /** What EC2 told of the node's subnets of late, which no poll sees. */
  void ofSubnets(List<Sample> samples) {
    ofSubnets = samples;
  }

  boolean hasBeen() {
    return reading.isPresent();
  }

  /** Its samples, none before the first poll, and those of subnets. */
  public List<Sample> samples() {
    List<Sample> polled = reading.map(PollSamples::samples).orElse(List.of());
    return Stream.concat(polled.stream(), ofSubnets.stream()).toList();
  }
}
