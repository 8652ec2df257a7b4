package io.cnimetrics.aws;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.http.SdkHttpResponse;

class HttpBodyTest {
  private static final String CHUNKED = "Transfer-Encoding: chunked\r\n";

  @ParameterizedTest
  @ValueSource(strings = {"2", "2;a=b", "2 ", "2 ;a", " 2", "000000002", "2\r"})
  void chunkSizeIsRead(String size) throws IOException {
    assertThat(text(CHUNKED, size + "\r\n{}\r\n0\r\n\r\n")).isEqualTo("{}");
  }

  @Test
  void endOfChunksIsReadAgain() throws IOException {
    InputStream body = body(CHUNKED, "1\r\nx\r\n0\r\n\r\n");
    assertThat(body.readAllBytes()).hasSize(1);
    assertThat(body.read()).isEqualTo(-1);
    assertThat(body.read()).isEqualTo(-1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Transfer-Encoding: Chunked \r\n",
        "Transfer-Encoding: gzip, chunked\r\n",
        "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n",
      })
  void lastCodingDecidesAboutChunks(String headers) throws IOException {
    assertThat(text(headers, "2\r\n{}\r\n0\r\n\r\n")).isEqualTo("{}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Transfer-Encoding: chunked, gzip\r\n",
        "Content-Length: 1\r\nContent-Length: 2\r\n",
      })
  void bodyOfUnknownLengthEndsWithTheConnection(String headers) throws IOException {
    assertThat(text(headers, "2\r\n{}")).isEqualTo("2\r\n{}");
  }

  @Test
  void sameLengthTwiceIsTheLength() throws IOException {
    assertThat(text("Content-Length: 1\r\nContent-Length: 1\r\n", "{}")).isEqualTo("{");
  }

  private static String text(String headers, String body) throws IOException {
    return new String(body(headers, body).readAllBytes(), ISO_8859_1);
  }

  private static InputStream body(String headers, String body) throws IOException {
    String sent = "HTTP/1.1 200 OK\r\n" + headers + "\r\n" + body;
    InputStream in = new ByteArrayInputStream(sent.getBytes(ISO_8859_1));
    SdkHttpResponse head = new HttpHead(in).read(status -> {});
    return new HttpBody(in, head, Optional.empty(), () -> {});
  }
}
