package io.cnimetrics.ipamd;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.snapshot.AddressMode;
import io.cnimetrics.snapshot.AddressPool;
import io.cnimetrics.snapshot.IpamdMetrics;
import io.cnimetrics.snapshot.Reason;
import io.cnimetrics.snapshot.Series;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.regex.Pattern;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.GenerationMode;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;

/** Whatever a body holds: a valid result or a named failure, soon, and never another exception. */
class BadBodiesPropertyTest {
  private static final Duration SOON = Duration.ofSeconds(1);

  /** Bytes that mean something to a parser. */
  private static final byte[] LETTERS = "{}[]:,\"\\ \r\n#0-9eE.\0\u00ff".getBytes(ISO_8859_1);

  private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");

  private static final PrometheusReader PROMETHEUS =
      new PrometheusReader(
          List.of(
              Series.of("awscni_eni_max"),
              Series.of("awscni_ipamd_error_count"),
              Series.of("awscni_aws_api_error_count", "error", Set.of("UnauthorizedOperation"))));

  @Property(generation = GenerationMode.EXHAUSTIVE)
  void introspectionCutAtAnyByteIsMalformed(@ForAll("smallPools") String name) {
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

  @Property(generation = GenerationMode.EXHAUSTIVE)
  void metricsCutInALineAreAFailure(@ForAll("texts") String name) throws IOException {
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

  @Property(tries = 20_000, shrinking = ShrinkingMode.OFF)
  void mutatedIntrospectionIsAPoolOrANamedFailure(
      @ForAll("pools") String name, @ForAll("pools") String other, @ForAll long seed) {
    byte[] body = mutate(name, other, new Random(seed));
    long start = System.nanoTime();
    poolOrFailure(body);
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(SOON);
  }

  @Property(tries = 10_000, shrinking = ShrinkingMode.OFF)
  void mutatedMetricsAreSumsOrANamedFailure(
      @ForAll("texts") String name, @ForAll("texts") String other, @ForAll long seed)
      throws IOException {
    byte[] body = mutate(name, other, new Random(seed));
    long start = System.nanoTime();
    metricsOrFailure(body);
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(SOON);
  }

  @Property(tries = 10_000, shrinking = ShrinkingMode.OFF)
  void noiseIsANamedFailure(@ForAll byte[] noise) throws IOException {
    poolOrFailure(noise);
    metricsOrFailure(noise);
  }

  @Provide
  Arbitrary<String> smallPools() {
    return Arbitraries.of(
        "v1.5.7/seed/enis.json",
        "v1.7.10/seed/enis.json",
        "v1.9.3/cooldown/enis.json",
        "v1.15.5/empty/enis.json",
        "v1.15.5/seed/enis.json",
        "v1.23.1/cooldown/enis.json",
        "v1.23.1/ipv6/enis.json",
        "v1.23.1/unknown-path.json");
  }

  @Provide
  Arbitrary<String> pools() {
    return Arbitraries.of(
        "v1.5.7/cooldown/enis.json",
        "v1.7.10/cooldown/enis.json",
        "v1.9.3/cooldown/enis.json",
        "v1.9.3/prefix/enis.json",
        "v1.15.5/ipv6/enis.json",
        "v1.23.1/seed/enis.json",
        "v1.23.1/cooldown/enis.json",
        "v1.23.1/multicard-gap/enis.json",
        "v1.23.1/unknown-path.json");
  }

  @Provide
  Arbitrary<String> texts() {
    return Arbitraries.of(
        "v1.5.7/cooldown/metrics.txt", "v1.9.3/seed/metrics.txt", "v1.23.1/delta-b/metrics.txt");
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
