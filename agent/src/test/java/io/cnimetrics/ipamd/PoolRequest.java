package io.cnimetrics.ipamd;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.cnimetrics.snapshot.AddressPool;
import io.cnimetrics.snapshot.Reason;
import io.cnimetrics.testing.RawServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.zip.GZIPOutputStream;

/** Requests the ENIs as a poll does. */
final class PoolRequest {
  static final Duration LIMIT = Duration.ofMillis(400);
  static final Duration AMPLE = Duration.ofSeconds(5);
  static final String BODY = "{\"ENIs\":{}}";
  static final String OK = "HTTP/1.1 200 OK\r\n";

  private PoolRequest() {}

  static void assertRefusal(IpamdException refusal, Reason reason, URI address, String text) {
    assertThat(refusal).hasMessageStartingWith(address.toString()).hasMessageContaining(text);
    assertThat(refusal.reason()).as(refusal.getMessage()).isEqualTo(reason);
  }

  static IpamdException refusal(URI address, Duration limit) {
    return refusal(address, limit, IpamdHttp.MAX_BODY_BYTES);
  }

  static IpamdException refusal(URI address, Duration limit, long maxBytes) {
    return catchThrowableOfType(IpamdException.class, () -> pool(address, limit, maxBytes));
  }

  static AddressPool pool(URI address, Duration limit) {
    return pool(address, limit, IpamdHttp.MAX_BODY_BYTES);
  }

  static AddressPool pool(URI address, Duration limit, long maxBytes) {
    return new IpamdHttp(address, maxBytes)
        .get(
            "v1/enis",
            limit,
            body -> IntrospectionDecoder.pool(body, Decoding.NOW, Decoding.COOLDOWN));
  }

  static void repeat(RawServer.Request request, String start, String part) throws IOException {
    request.send(start);
    byte[] block = part.repeat(4096).getBytes(ISO_8859_1);
    while (true) {
      request.send(block);
    }
  }

  static void gzipped(RawServer.Request request, byte[] body) throws IOException {
    request.send(OK + "Content-Encoding: gzip\r\nContent-Length: " + body.length + "\r\n\r\n");
    request.send(body);
  }

  static byte[] gzip(String text) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(text.getBytes(ISO_8859_1));
    }
    return bytes.toByteArray();
  }
}
