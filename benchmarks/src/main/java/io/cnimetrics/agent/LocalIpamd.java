package io.cnimetrics.agent;

import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.ipamd.Ipamd;
import io.cnimetrics.ipamd.IpamdReader;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;

/** Reads an ipamD over HTTP. */
final class LocalIpamd {
  private LocalIpamd() {}

  static Ipamd at(String introspectionUrl, String metricsUrl, InstantSource clock) {
    return new IpamdReader(
        Optional.of(URI.create(introspectionUrl)),
        Optional.of(URI.create(metricsUrl)),
        MetricCatalog.series(),
        Duration.ofSeconds(30),
        clock);
  }
}
