package io.cnimetrics.ipamd;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import okhttp3.HttpUrl;

/** The addresses in ipamD's pool. A snapshot has only the number of these addresses. */
public final class HeldAddresses {
  private static final Duration LIMIT = Duration.ofSeconds(1);

  /** A node has at most about a thousand pods. The rest of a longer list is ignored. */
  private static final int MOST = 10_000;

  /** The longest form of an IPv6 address, in characters. */
  private static final int LONGEST = 45;

  private final IpamdHttp http;

  /**
   * @param introspection base address, {@code http://…} or {@code unix:/path}
   */
  public HeldAddresses(URI introspection) {
    this.http = new IpamdHttp(introspection, IpamdHttp.MAX_BODY_BYTES);
  }

  /**
   * Returns the addresses that pods hold. Sends one request to ipamD.
   *
   * @return addresses as ipamD writes them, such as {@code 10.0.1.23}
   * @throws RuntimeException if the addresses cannot be read; the message gives the cause
   */
  public List<String> read() {
    return read(true);
  }

  /**
   * Returns all addresses that ipamD lists, some of them twice. ipamD does not list the addresses
   * of a prefix before a pod used them. Otherwise like {@link #read()}.
   */
  public List<String> all() {
    return read(false);
  }

  private List<String> read(boolean onlyHeld) {
    return http.get(
        "v1/enis",
        LIMIT,
        body -> {
          List<String> addresses = new ArrayList<>();
          IntrospectionDecoder.pool(
              body,
              Instant.MAX,
              (address, held) -> {
                boolean kept = addresses.size() < MOST && address.length() <= LONGEST;
                if (kept && (held || !onlyHeld)) {
                  addresses.add(address);
                }
              });
          return addresses;
        });
  }

  /** An IPv6 address in the shortest form (RFC 5952), as ipamD writes it. */
  public static String shortest(String ipv6) {
    return new HttpUrl.Builder().scheme("http").host("[" + ipv6 + "]").build().host();
  }
}
