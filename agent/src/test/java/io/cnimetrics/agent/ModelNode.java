package io.cnimetrics.agent;

import io.cnimetrics.publish.MetricSink;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;

/** A node with its agent and a random ipamD. */
final class ModelNode extends ModelAgent {
  final ModelIpamd ipamd;

  ModelNode(
      String name,
      Optional<Path> state,
      MetricSink sink,
      InstantSource clock,
      Duration publishInterval,
      long seed) {
    this(name, new ModelIpamd(clock, seed), state, sink, clock, publishInterval, seed);
  }

  private ModelNode(
      String name,
      ModelIpamd ipamd,
      Optional<Path> state,
      MetricSink sink,
      InstantSource clock,
      Duration publishInterval,
      long seed) {
    super(name, ipamd, state, sink, clock, publishInterval, seed);
    this.ipamd = ipamd;
  }
}
