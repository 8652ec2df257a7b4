package io.cnimetrics.ipamd;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.snapshot.AddressMode;
import io.cnimetrics.snapshot.AddressPool;
import io.cnimetrics.snapshot.IpamdMetrics;
import io.cnimetrics.snapshot.Reason;
import io.cnimetrics.snapshot.Series;
import io.cnimetrics.testing.Laws;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * For any body, a reader soon returns a valid result or a named failure, and throws nothing else.
 */
class BadBodiesPropertyTest {
  private static final Duration SOON = Duration.ofSeconds(1);

  /** Bytes with a meaning for a parser. */
  private static final byte[] LETTERS = "{}[]:,\"\\ \r\n#0-9eE.\0\u00ff".getBytes(ISO_8859_1);

  private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");

  private static final List<String> POOLS =
      List.of(
          "v1.5.7/cooldown/enis.json",
          "v1.7.10/cooldown/enis.json",
          "v1.9.3/cooldown/enis.json",
          "v1.9.3/prefix/enis.json",
          "v1.15.5/ipv6/enis.json",
          "v1.23.1/seed/enis.json",
          "v1.23.1/cooldown/enis.json",
          "v1.23.1/multicard-gap/enis.json",
          "v1.23.1/unknown-path.json");

  private static final List<String> TEXTS =
      List.of(
          "v1.5.7/cooldown/metrics.txt", "v1.9.3/seed/metrics.txt", "v1.23.1/delta-b/metrics.txt");

  private static final PrometheusReader PROMETHEUS =
      new PrometheusReader(
          List.of(
              Series.of("awscni_eni_max"),
              Series.of("awscni_ipamd_error_count"),
              new Series("awscni_aws_api_error_count", "error", Set.of("UnauthorizedOperation"))));

  @ParameterizedTest
  @ValueSource(
      strings = {
        "v1.5.7/seed/enis.json",
        "v1.7.10/seed/enis.json",
        "v1.9.3/cooldown/enis.json",
        "v1.15.5/empty/enis.json",
        "v1.15.5/seed/enis.json",
        "v1.23.1/cooldown/enis.json",
        "v1.23.1/ipv6/enis.json",
        "v1.23.1/unknown-path.json"
      })
  void introspectionCutAtAnyByteIsMalformed(String name) {
    byte[] body = RecordedBodies.of(name);
    int end = new String(body, UTF_8).stripTrailing().length();
    for (int length = 0; length < end; length++) {
      IpamdException refusal = Decoding.refusal(Arrays.copyOf(body, length));
      assertThat(refusal).as("%s cut after %d bytes", name, length).isNotNull();
      assertThat(refusal.reason()).isEqualTo(Reason.MALFORMED);
      assertThat(refusal.getMessage()).containsPattern("offset [0-9]+|the body is empty");
    }
    assertThat(Decoding.refusal(body) == null).isEqualTo(!name.contains("unknown"));
  }

  @ParameterizedTest
  @FieldSource("TEXTS")
  void metricsCutInALineAreAFailure(String name) throws IOException {
    byte[] body = RecordedBodies.of(name);
    for (int length = 0; length < body.length; length++) {
      byte[] cut = Arrays.copyOf(body, length);
      boolean read = metricsOrFailure(cut);
      if (length == 0 || body[length - 1] != '\n') {
        assertThat(read).as("%s cut after %d bytes", name, length).isFalse();
      }
    }
    assertThat(metricsOrFailure(body)).isTrue();
  }

  @Test
  void mutatedIntrospectionIsAPoolOrANamedFailure() {
    Laws.forAll(
        20_000,
        random -> Mutation.of(POOLS, random),
        mutation -> soon(mutation.body(), BadBodiesPropertyTest::poolOrFailure));
  }

  @Test
  void mutatedMetricsAreSumsOrANamedFailure() {
    Laws.forAll(
        10_000,
        random -> Mutation.of(TEXTS, random),
        mutation -> soon(mutation.body(), BadBodiesPropertyTest::metricsOrFailure));
  }

  @Test
  void noiseIsANamedFailure() {
    Laws.forAll(
        10_000,
        random -> HexFormat.of().formatHex(noise(random)),
        noise -> {
          poolOrFailure(HexFormat.of().parseHex(noise));
          metricsOrFailure(HexFormat.of().parseHex(noise));
        });
  }

  private static void soon(byte[] body, Laws.Law<byte[]> reader) throws Exception {
    long start = System.nanoTime();
    reader.check(body);
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(SOON);
  }

  /** Returns a recorded body with damage that depends on the seed. */
  private record Mutation(String name, String other, long seed) {
    static Mutation of(List<String> names, Random random) {
      return new Mutation(
          names.get(random.nextInt(names.size())),
          names.get(random.nextInt(names.size())),
          random.nextLong());
    }

    byte[] body() {
      return mutate(name, other, new Random(seed));
    }
  }

  /** Returns up to 300 bytes: any bytes, or only bytes with a meaning for a parser. */
  private static byte[] noise(Random random) {
    byte[] bytes = new byte[random.nextInt(10) == 0 ? random.nextInt(3) : random.nextInt(300)];
    random.nextBytes(bytes);
    if (random.nextInt(3) == 0) {
      for (int at = 0; at < bytes.length; at++) {
        bytes[at] = LETTERS[random.nextInt(LETTERS.length)];
      }
    }
    return bytes;
  }

  static void poolOrFailure(byte[] body) {
    AddressPool pool;
    try {
      pool = Decoding.pool(body);
    } catch (IpamdException e) {
      assertNamed(e);
      return;
    }
    long total = pool.totalIpv4();
    assertThat(pool.assignedIpv4()).isBetween(0L, total);
    assertThat(pool.cooling()).isNotNegative();
    for (AddressMode mode : AddressMode.values()) {
      assertThat(pool.available(mode)).isBetween(0L, total - pool.assignedIpv4());
    }
    assertThat(pool.enis()).doesNotHaveDuplicates();
  }

  static boolean metricsOrFailure(byte[] body) throws IOException {
    try {
      IpamdMetrics metrics = PROMETHEUS.read(new ByteArrayInputStream(body));
      assertThat(metrics.sums()).hasSizeLessThanOrEqualTo(3);
      metrics.processStartSeconds().ifPresent(start -> assertThat(start).isFinite());
      return true;
    } catch (IpamdException e) {
      assertNamed(e);
      return false;
    }
  }

  private static void assertNamed(IpamdException e) {
    assertThat(e.reason()).isIn(Reason.MALFORMED, Reason.UNEXPECTED_SHAPE);
    assertThat(e.getMessage()).isNotBlank().doesNotContainPattern(CONTROL);
  }

  private static byte[] mutate(String name, String other, Random random) {
    byte[] body = RecordedBodies.of(name);
    for (int mutations = 1 + random.nextInt(4); mutations > 0; mutations--) {
      body = mutateOnce(body, other, random);
    }
    return body;
  }

  private static byte[] mutateOnce(byte[] body, String other, Random random) {
    int at = random.nextInt(body.length + 1);
    int to = Math.min(body.length, at + 1 + random.nextInt(random.nextBoolean() ? 4 : 400));
    byte[] slice = Arrays.copyOfRange(body, at, to);
    return switch (random.nextInt(6)) {
      case 0 -> {
        byte[] flipped = body.clone();
        if (at < flipped.length) {
          flipped[at] ^= (byte) (1 << random.nextInt(8));
        }
        yield flipped;
      }
      case 1 -> join(body, at, new byte[] {LETTERS[random.nextInt(LETTERS.length)]}, at, body);
      case 2 -> join(body, at, new byte[0], to, body);
      case 3 -> join(body, to, slice, to, body);
      case 4 -> join(body, random.nextInt(body.length + 1), slice, at, body);
      default -> {
        byte[] tail = RecordedBodies.of(other);
        yield join(body, at, new byte[0], random.nextInt(tail.length + 1), tail);
      }
    };
  }

  private static byte[] join(byte[] head, int length, byte[] middle, int from, byte[] tail) {
    ByteArrayOutputStream joined = new ByteArrayOutputStream();
    joined.write(head, 0, length);
    joined.writeBytes(middle);
    joined.write(tail, from, tail.length - from);
    return joined.toByteArray();
  }
}
