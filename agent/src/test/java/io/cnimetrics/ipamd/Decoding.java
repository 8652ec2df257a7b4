package io.cnimetrics.ipamd;

import static io.cnimetrics.snapshot.Reason.UNEXPECTED_SHAPE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.cnimetrics.snapshot.AddressPool;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;

/** Handwritten introspection bodies, and their results at a fixed time. */
final class Decoding {
  static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");
  static final Duration COOLDOWN = Duration.ofSeconds(30);

  private Decoding() {}

  /** Returns JSON, from text with apostrophes instead of quotes. */
  static String json(String text) {
    return text.replace('\'', '"');
  }

  static AddressPool pool(String body) {
    return pool(json(body).getBytes(UTF_8));
  }

  static AddressPool pool(byte[] body) {
    try {
      return IntrospectionDecoder.pool(new ByteArrayInputStream(body), NOW, COOLDOWN);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the failure of decoding a body. */
  static IpamdException refusal(String body) {
    return refusal(json(body).getBytes(UTF_8));
  }

  static IpamdException refusal(byte[] body) {
    return catchThrowableOfType(IpamdException.class, () -> pool(body));
  }

  /** Asserts that the body cannot be decoded as a pool, and that the message contains all parts. */
  static void assertWrongShape(String body, String... parts) {
    IpamdException refusal = refusal(body);
    assertThat(refusal.reason()).isEqualTo(UNEXPECTED_SHAPE);
    assertThat(refusal).hasMessageContainingAll(parts);
  }

  /** Returns a body of releases 1.10 to 1.19 with one primary ENI. */
  static String flat(String cidrs) {
    return "{'TotalIPs':0,'AssignedIPs':0,'ENIs':{'eni-1':%s}}".formatted(eni(cidrs));
  }

  static String eni(String cidrs) {
    return "{'ID':'eni-1','IsPrimary':true,'DeviceNumber':0,'AvailableIPv4Cidrs':%s,'IPv6Cidrs':{}}"
        .formatted(cidrs);
  }

  /** Returns a CIDR with one address. */
  static String single(String address) {
    return "{'10.0.0.1/32':{'IPAddresses':{'10.0.0.1':%s}}}".formatted(address);
  }

  static String free(String unassignedTime) {
    return "{'IPAMKey':{'networkName':'','containerID':'','ifName':''},'UnassignedTime':'%s'}"
        .formatted(unassignedTime);
  }

  static String held(String networkName, String containerId, String ifName) {
    return ("{'IPAMKey':{'networkName':'%s','containerID':'%s','ifName':'%s'},"
            + "'UnassignedTime':'0001-01-01T00:00:00Z'}")
        .formatted(networkName, containerId, ifName);
  }
}
