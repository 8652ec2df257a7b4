package io.cnimetrics.health;

import java.util.List;
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
  private final Supplier<List<String>> complaints;
  private final AtomicReference<Optional<Boolean>> last = new AtomicReference<>(Optional.empty());

  /**
   * @param complaints one line each: the fault and its remedy; empty if the probe passes
   */
  Probe(String path, Supplier<List<String>> complaints) {
    this.path = path;
    this.complaints = complaints;
  }

  @Override
  public Response get(String accept) {
    List<String> now = complaints.get();
    boolean good = now.isEmpty();
    boolean changed = last.getAndSet(Optional.of(good)).filter(was -> was != good).isPresent();
    if (changed && good) {
      log.info("probe={} good=true", path);
    } else if (changed) {
      log.warn("probe={} good=false complaints={}", path, now);
    }
    return good
        ? Response.text(Response.OK, "ok\n")
        : Response.text(Response.UNAVAILABLE, String.join("\n", now) + "\n");
  }
}
