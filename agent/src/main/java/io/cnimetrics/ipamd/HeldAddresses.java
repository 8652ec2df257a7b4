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

/** Reads the parts of ipamD's introspection that only the doctor needs. */
public final class HeldAddresses {
  private static final Duration LIMIT = Duration.ofSeconds(1);

  /** Addresses beyond this number are ignored. A node has at most about a thousand pods. */
  private static final int MOST = 10_000;

  /** The longest form of an IPv6 address, in characters. */
  private static final int LONGEST = 45;

  /** Matches the name of an ENIConfig, but not ipamD's answer to an unknown path. */
  private static final Pattern ENICONFIG = Pattern.compile("\"([A-Za-z0-9.-]{1,253})\"\\s*");

  private static final int LONGEST_ENICONFIG = 300;

  private final IpamdHttp http;

  /**
   * @param introspection base address, {@code http://…} or {@code unix:/path}
   */
  public HeldAddresses(URI introspection) {
    this.http = new IpamdHttp(introspection);
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
          Addresses addresses = new Addresses();
          IntrospectionDecoder.pool(body, Instant.EPOCH, Duration.ZERO, addresses);
          return new ListedAddresses(
              addresses.all,
              addresses.held,
              Optional.of(addresses.uses).filter(any -> addresses.timesKnown));
        });
  }

  private static final class Addresses implements EniDecoder.Listener {
    private final List<String> all = new ArrayList<>();
    private final List<String> held = new ArrayList<>();
    private final List<ListedAddresses.Use> uses = new ArrayList<>();
    private boolean timesKnown = true;

    @Override
    public void listed(String address) {
      add(address, all);
    }

    @Override
    public void used(String address, Optional<Instant> assigned, Optional<Instant> released) {
      if (released.isEmpty()) {
        add(address, held);
      }
      timesKnown &= assigned.isPresent();
      if (assigned.isPresent() && uses.size() < MOST) {
        uses.add(new ListedAddresses.Use(assigned.get(), released));
      }
    }

    private static void add(String address, List<String> addresses) {
      if (addresses.size() < MOST && address.length() <= LONGEST) {
        addresses.add(address);
      }
    }
  }

  /**
   * Reads the name of the ENIConfig that ipamD looks for. An ENIConfig with this name need not
   * exist. Sends one request to ipamD.
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
