package io.cnimetrics.ipamd;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** The addresses that pods hold. A snapshot has only the number of these addresses. */
public final class HeldAddresses {
  private static final Duration LIMIT = Duration.ofSeconds(1);

  private final IpamdHttp http;

  /**
   * @param introspection base address, {@code http://…} or {@code unix:/path}
   */
  public HeldAddresses(URI introspection) {
    this.http = new IpamdHttp(introspection, IpamdHttp.MAX_BODY_BYTES);
  }

  /**
   * Sends one request to ipamD.
   *
   * @return addresses as ipamD writes them, such as {@code 10.0.1.23}
   * @throws RuntimeException if the addresses cannot be read; the message gives the cause
   */
  public List<String> read() {
    return http.get("v1/enis", LIMIT, HeldAddresses::decode);
  }

  private static List<String> decode(InputStream body) throws IOException {
    List<String> held = new ArrayList<>();
    IntrospectionDecoder.pool(body, Instant.MAX, held::add);
    return held;
  }
}
