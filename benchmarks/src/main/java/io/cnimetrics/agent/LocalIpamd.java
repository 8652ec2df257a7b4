package io.cnimetrics.agent;

import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.ipamd.IpamdReader;
import io.cnimetrics.snapshot.NodeSnapshot;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;

/** An ipamD that is read over HTTP. */
final class LocalIpamd implements Ipamd {
  private final IpamdReader reader;

  LocalIpamd(String introspectionUrl, String metricsUrl, InstantSource clock) {
    this.reader =
        new IpamdReader(
            Optional.of(URI.create(introspectionUrl)),
            Optional.of(URI.create(metricsUrl)),
            MetricCatalog.series(),
            Duration.ofSeconds(30),
            clock);
  }

  @Override
  public NodeSnapshot read() {
    return reader.read();
  }

  @Override
  public NodeSnapshot read(Duration most) {
    return reader.read(most);
  }

  @Override
  public void abort() {
    reader.abort();
  }
}
