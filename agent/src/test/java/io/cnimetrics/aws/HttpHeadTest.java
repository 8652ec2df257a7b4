package io.cnimetrics.aws;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.http.SdkHttpResponse;

class HttpHeadTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 200",
        "HTTP/1.1 200\r\n\r\n",
        "HTTP/1.1 200 \u0085\r\n\r\n",
        "HTTP/1.1 200 O\rK\r\n\r\n",
        "HTTP/1.1 200 OK\r\r\n\r\n",
        "HTTP/1.1  200  OK\r\n\r\n",
        "HTTP/1.1\t200\tOK\r\n\r\n",
        "\r\n\nHTTP/1.1 200 OK\r\n\r\n",
      })
  void unusualStatusLineIsRead(String sent) throws IOException {
    assertThat(head(sent).statusCode()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"HTTP/1.1 2000 OK\n\n", "HTTP/1.1 20 OK\n\n", "SSH-2.0 200 OK\n\n"})
  void otherLineIsNotHttp(String sent) {
    assertThatThrownBy(() -> head(sent)).hasMessage("the answer is not HTTP");
  }

  @Test
  void emptyLinesBeforeTheStatusLineAreBounded() {
    assertThatThrownBy(() -> head("\n".repeat(20_000))).hasMessageContaining("16 KiB");
  }

  @ParameterizedTest
  @ValueSource(strings = {" ", "\r", "\n", "\t"})
  void statusIsReportedWithTheByteAfterIt(String next) throws IOException {
    List<Integer> left = new ArrayList<>();
    InputStream in = bytes("HTTP/1.1 200" + next + "xyz");
    new HttpHead(in)
        .read(
            status -> {
              try {
                left.add(in.available());
              } catch (IOException e) {
                throw new AssertionError(e);
              }
            });
    assertThat(left.get(0)).isEqualTo(3);
  }

  @Test
  void interimAnswerIsNotReported() throws IOException {
    List<Integer> codes = new ArrayList<>();
    new HttpHead(bytes("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 503 No\r\n\r\n"))
        .read(status -> codes.add(status.statusCode()));
    assertThat(codes).isNotEmpty().containsOnly(503);
  }

  @Test
  void foldedHeaderLineIsIgnored() throws IOException {
    assertThat(
            head("HTTP/1.1 200 OK\r\nA: b\r\n Content-Length: 5\r\n\tC: d\r\nE: f\r\n\r\n")
                .headers())
        .containsOnlyKeys("A", "E");
  }

  private static SdkHttpResponse head(String sent) throws IOException {
    return new HttpHead(bytes(sent)).read(status -> {});
  }

  private static InputStream bytes(String sent) {
    return new ByteArrayInputStream(sent.getBytes(ISO_8859_1));
  }
}
