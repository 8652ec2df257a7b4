package io.cnimetrics.ipamd;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.snapshot.AddressPool;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;

/** A body that ipamD served, and how the agent decodes it. */
public enum Body {
  /** The body of release v1.23.1 on an m5.24xlarge with 600 pods. */
  ENIS_15("/v1/enis, 15 ENIs") {
    @Override
    byte[] bytes() {
      return Recorded.LARGE_ENIS.bytes();
    }

    @Override
    Object decode(InputStream body) throws IOException {
      return pool(body, 15);
    }
  },

  /**
   * Has far more ENIs than any instance. Shows that the cost does not grow faster than the body.
   */
  ENIS_1000("/v1/enis, 1,000 ENIs") {
    @Override
    byte[] bytes() {
      return ManyEnis.like(new String(Recorded.LARGE_ENIS.bytes(), UTF_8), 1_000).getBytes(UTF_8);
    }

    @Override
    Object decode(InputStream body) throws IOException {
      return pool(body, 1_000);
    }
  },

  /** The Prometheus text of the same node. */
  METRICS("/metrics") {
    @Override
    byte[] bytes() {
      return Recorded.LARGE_METRICS.bytes();
    }

    @Override
    Object decode(InputStream body) throws IOException {
      return new PrometheusReader(MetricCatalog.series()).read(body);
    }
  };

  private static final Instant TAKEN_AT = Instant.parse("2026-11-21T02:00:00Z");
  private static final Duration IP_COOLDOWN = Duration.ofSeconds(30);

  private final String title;

  Body(String title) {
    this.title = title;
  }

  String title() {
    return title;
  }

  abstract byte[] bytes();

  abstract Object decode(InputStream body) throws IOException;

  Object decode(byte[] body) throws IOException {
    return decode(new ByteArrayInputStream(body));
  }

  private static AddressPool pool(InputStream body, int enis) throws IOException {
    AddressPool pool = IntrospectionDecoder.pool(body, TAKEN_AT, IP_COOLDOWN);
    if (pool.eniCount() != enis || pool.totalIpv4() != 49L * enis) {
      throw new IllegalStateException("decoded %s".formatted(pool));
    }
    return pool;
  }
}
