package io.cnimetrics.health;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves a probe's result. Changes are logged, because the kubelet's events do not show the page.
 */
final class Probe implements Page {
  private static final Logger log = LoggerFactory.getLogger(Probe.class);

  private final String path;
  private final Supplier<ProbeResult> verdict;
  private final AtomicReference<Optional<Boolean>> last = new AtomicReference<>(Optional.empty());

  Probe(String path, Supplier<ProbeResult> verdict) {
    this.path = path;
    this.verdict = verdict;
  }

  @Override
  public Response get(String accept) {
    ProbeResult now = verdict.get();
    boolean changed =
        last.getAndSet(Optional.of(now.good())).filter(was -> was != now.good()).isPresent();
    if (changed && now.good()) {
      log.info("probe={} good=true", path);
    } else if (changed) {
      log.warn("probe={} good=false complaints={}", path, now.complaints());
    }
    return now.response();
  }
}
