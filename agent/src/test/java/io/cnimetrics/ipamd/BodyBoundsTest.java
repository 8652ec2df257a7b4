package io.cnimetrics.ipamd;

import static io.cnimetrics.ipamd.PoolRequest.AMPLE;
import static io.cnimetrics.ipamd.PoolRequest.BODY;
import static io.cnimetrics.ipamd.PoolRequest.LIMIT;
import static io.cnimetrics.ipamd.PoolRequest.OK;
import static io.cnimetrics.ipamd.PoolRequest.assertRefusal;
import static io.cnimetrics.ipamd.PoolRequest.gzip;
import static io.cnimetrics.ipamd.PoolRequest.gzipped;
import static io.cnimetrics.ipamd.PoolRequest.pool;
import static io.cnimetrics.ipamd.PoolRequest.refusal;
import static io.cnimetrics.ipamd.PoolRequest.repeat;
import static io.cnimetrics.snapshot.Reason.MALFORMED;
import static io.cnimetrics.snapshot.Reason.TIMEOUT;
import static io.cnimetrics.snapshot.Reason.TOO_LARGE;
import static io.cnimetrics.snapshot.Reason.UNEXPECTED_SHAPE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.cnimetrics.testing.RawServer;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class BodyBoundsTest {
  @Test
  void endlessBodyIsTooLarge() throws IOException {
    for (String part : new String[] {" ", "{\"ENIs\":{}}", "[", "\u0000", "\"", "x"}) {
      try (RawServer server = new RawServer(request -> repeat(request, OK + "\r\n", part))) {
        IpamdException refusal = refusal(server.address(), AMPLE, 1 << 20);
        assertRefusal(refusal, TOO_LARGE, server.address(), "more than 1,048,576 bytes");
      }
    }
  }

  @Test
  void bodyOfTheMaximumSizeIsReadAndOneByteMoreIsTooLarge() throws IOException {
    try (RawServer server = RawServer.answering(OK + "\r\n" + BODY)) {
      assertThat(pool(server.address(), AMPLE, BODY.length()).eniCount()).isZero();
      assertRefusal(
          refusal(server.address(), AMPLE, BODY.length() - 1),
          TOO_LARGE,
          server.address(),
          "more than 10 bytes");
    }
  }

  @Test
  void boundIsOnTheBytesAfterDecompression() throws IOException {
    byte[] bomb = gzip(BODY + " ".repeat(4 << 20));
    assertThat(bomb).hasSizeLessThan(10_000);
    try (RawServer server = new RawServer(request -> gzipped(request, bomb))) {
      assertRefusal(
          refusal(server.address(), AMPLE, 4 << 20), TOO_LARGE, server.address(), "4,194,304");
      assertThat(pool(server.address(), AMPLE, 5 << 20).eniCount()).isZero();
    }
  }

  @Test
  void headersOfHalfTheLimitAreReadAndLongerHeadersAreRefused() throws IOException {
    int limit = IpamdHttp.MAX_OTHER_BYTES;
    try (RawServer server = RawServer.answering(OK + header(limit / 2) + "\r\n" + BODY)) {
      assertThat(pool(server.address(), AMPLE).eniCount()).isZero();
    }
    for (int size : new int[] {limit, 10 * limit}) {
      try (RawServer server = RawServer.answering(OK + header(size) + "\r\n" + BODY)) {
        assertRefusal(
            refusal(server.address(), AMPLE),
            MALFORMED,
            server.address(),
            "32,768 bytes of headers");
      }
    }
  }

  @Test
  void longBodyInSmallChunksIsReadThoughItsChunkSizesAreLongerThanTheLimit() throws IOException {
    String chunks = "1\r\n \r\n".repeat(IpamdHttp.MAX_OTHER_BYTES) + "b\r\n" + BODY;
    try (RawServer server =
        RawServer.answering(OK + "Transfer-Encoding: chunked\r\n\r\n" + chunks + "\r\n0\r\n\r\n")) {
      assertThat(pool(server.address(), AMPLE).eniCount()).isZero();
    }
  }

  @Test
  void objectWith14ThousandAddressesIsReadAndLongerObjectsAreRefused() throws IOException {
    try (RawServer server = RawServer.answering(OK + "\r\n" + addresses(14_000))) {
      assertThat(pool(server.address(), AMPLE).totalIpv4()).isEqualTo(14_000);
    }
    for (int count : new int[] {17_500, 140_000}) {
      try (RawServer server = RawServer.answering(OK + "\r\n" + addresses(count))) {
        assertRefusal(
            refusal(server.address(), AMPLE),
            UNEXPECTED_SHAPE,
            server.address(),
            "names and ENIs of at most 2,097,152 bytes");
      }
    }
  }

  private static String header(int length) {
    return "x: " + "y".repeat(length) + "\r\n";
  }

  private static String addresses(int count) {
    StringBuilder body = new StringBuilder("{\"ENIs\":{\"eni-1\":{\"IsPrimary\":true,");
    body.append("\"DeviceNumber\":0,\"IPv4Addresses\":{");
    for (int i = 0; i < count; i++) {
      body.append(i == 0 ? "" : ",");
      body.append("\"10.100.%d.%d\":{\"Assigned\":true}".formatted(100 + (i >> 8), i & 255));
    }
    return body.append("}}}}").toString();
  }

  @Test
  void gzipThatIsCutShortIsMalformed() throws IOException {
    byte[] whole = gzip(BODY + " ".repeat(1000));
    for (int length = 0; length < whole.length; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      try (RawServer server = new RawServer(request -> gzipped(request, cut))) {
        assertRefusal(refusal(server.address(), AMPLE), MALFORMED, server.address(), "v1/enis: ");
      }
    }
  }

  @Test
  void gzipWithBytesAfterItsEndIsMalformed() throws IOException {
    byte[] longer = Arrays.copyOf(gzip(BODY), 200);
    try (RawServer server = new RawServer(request -> gzipped(request, longer))) {
      assertRefusal(refusal(server.address(), AMPLE), MALFORMED, server.address(), "v1/enis: ");
    }
  }

  @Test
  void timeSpentOnABodyThatHasArrivedCounts() throws IOException {
    byte[] small = gzip("#\n".repeat(1 << 20));
    try (RawServer server = new RawServer(request -> gzipped(request, small))) {
      IpamdHttp http = new IpamdHttp(server.address());
      IpamdException refusal =
          catchThrowableOfType(
              IpamdException.class,
              () ->
                  http.get(
                      "",
                      LIMIT,
                      body -> {
                        while (body.read() >= 0) {
                          spin(Duration.ofNanos(500));
                        }
                        return "read";
                      }));
      assertRefusal(refusal, TIMEOUT, server.address(), "within 0.4 s");
    }
  }

  @Test
  void hostileTextIsReadInTime() throws IOException {
    byte[] lines = gzip("}\n".repeat(30 << 20));
    try (RawServer server = new RawServer(request -> gzipped(request, lines))) {
      IpamdHttp http = new IpamdHttp(server.address());
      PrometheusReader reader = new PrometheusReader(List.of());
      IpamdException refusal =
          catchThrowableOfType(IpamdException.class, () -> http.get("", AMPLE, reader::read));
      assertRefusal(refusal, UNEXPECTED_SHAPE, server.address(), "awscni_");
    }
  }

  private static void spin(Duration time) {
    for (long end = System.nanoTime() + time.toNanos(); System.nanoTime() < end; ) {
      Thread.onSpinWait();
    }
  }
}
