package io.cnimetrics.ipamd;

import io.cnimetrics.snapshot.ListedAddresses;
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
   * Reads the addresses. Sends one request to ipamD.
   *
   * @throws RuntimeException if the addresses cannot be read; the message gives the cause
   */
  public ListedAddresses read() {
    return http.get(
        "v1/enis",
        LIMIT,
        body -> {
          List<String> all = new ArrayList<>();
          List<String> held = new ArrayList<>();
          IntrospectionDecoder.pool(
              body,
              Instant.MAX,
              (address, isHeld) -> {
                if (all.size() < MOST && address.length() <= LONGEST) {
                  all.add(address);
                  if (isHeld) {
                    held.add(address);
                  }
                }
              });
          return new ListedAddresses(all, held);
        });
  }

  /** An IPv6 address in the shortest form (RFC 5952), as ipamD writes it. */
  public static String shortest(String ipv6) {
    return new HttpUrl.Builder().scheme("http").host("[" + ipv6 + "]").build().host();
  }
}
