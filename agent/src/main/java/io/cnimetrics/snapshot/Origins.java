package io.cnimetrics.snapshot;

import java.util.Optional;

/** Where the parts of a node's identity come from that can come from several places. */
public record Origins(Optional<Origin> clusterId, Optional<Origin> region) {
  /** Of a node whose cluster and region are unknown. */
  public static final Origins NONE = new Origins(Optional.empty(), Optional.empty());
}
