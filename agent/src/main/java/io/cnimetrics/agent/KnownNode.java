package io.cnimetrics.agent;

import io.cnimetrics.catalog.NodeLabels;
import io.cnimetrics.config.AgentConfig;
import io.cnimetrics.identity.Identification;
import io.cnimetrics.snapshot.Instance;
import io.cnimetrics.snapshot.NodeIdentity;
import io.cnimetrics.snapshot.Problem;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Function;

/** The identity and the labels of this node, as far as they are known. Thread-safe. */
final class KnownNode {
  private final AgentConfig config;
  private final Function<Duration, Identification> lookup;
  private final LastPoll lastPoll;
  private final Map<String, String> ofInfo = new ConcurrentSkipListMap<>();
  private volatile Optional<Identification> identified = Optional.empty();

  /**
   * @param lookup looks up the node's identity within the given time limit; the call may be slow
   */
  KnownNode(AgentConfig config, Function<Duration, Identification> lookup, LastPoll lastPoll) {
    this.config = config;
    this.lookup = lookup;
    this.lastPoll = lastPoll;
  }

  Identification identify(Duration limit) {
    Identification found = lookup.apply(limit);
    identified = Optional.of(found);
    return found;
  }

  /** The result of the last lookup; before the first lookup only the settings. */
  NodeIdentity identity() {
    return identified
        .map(Identification::node)
        .orElseGet(
            () ->
                new NodeIdentity(
                    config.nodeName(), config.clusterId(), config.region(), Instance.UNKNOWN));
  }

  /** The problems of the last lookup. */
  List<Problem> problems() {
    // If the agent sends nothing, an unknown region or cluster is no problem.
    return identified
        .map(found -> config.sends() ? found.problems() : found.metadata().problems())
        .orElse(List.of());
  }

  /**
   * The labels of this node in Prometheus. If a poll cannot read a label of the info metric, the
   * label keeps its last value. Otherwise a failed poll would start another series.
   */
  NodeLabels labels() {
    NodeLabels read = NodeLabels.of(identity(), lastPoll.snapshot());
    ofInfo.putAll(read.ofInfo());
    return new NodeLabels(read.ofEach(), Map.copyOf(ofInfo));
  }

  /** The labels of this node; empty until the first lookup of its identity has ended. */
  Optional<NodeLabels> labelsAfterLookup() {
    return identified.map(lookedUp -> labels());
  }
}
