package io.cnimetrics.ipamd;

import io.cnimetrics.snapshot.ListedAddresses;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import okhttp3.HttpUrl;

/** Reads parts of ipamD's introspection for the doctor. The other commands do not need them. */
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
              Instant.EPOCH,
              Duration.ZERO,
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

  /** The answer to an unknown path has another form. */
  private static final Pattern ENICONFIG = Pattern.compile("\"([A-Za-z0-9.-]{1,253})\"\\s*");

  private static final int LONGEST_ENICONFIG = 300;

  /**
   * Reads the name of the ENIConfig that ipamD looks for, even if no such ENIConfig exists. Sends
   * one request to ipamD.
   *
   * @return empty if ipamD does not report the name
   */
  public Optional<String> eniConfig() {
    try {
      String body =
          http.get(
              "v1/eni-configs",
              LIMIT,
              answer -> new String(answer.readNBytes(LONGEST_ENICONFIG), StandardCharsets.UTF_8));
      return Optional.of(ENICONFIG.matcher(body)).filter(Matcher::matches).map(it -> it.group(1));
    } catch (IpamdException e) {
      return Optional.empty();
    }
  }

  /** An IPv6 address in the shortest form (RFC 5952), as ipamD writes it. */
  public static String shortest(String ipv6) {
    return new HttpUrl.Builder().scheme("http").host("[" + ipv6 + "]").build().host();
  }
}
