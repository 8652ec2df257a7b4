package io.cnimetrics.testing;

import io.cnimetrics.testing.RawServer.Answer;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.provider.Arguments;

/** Answers with a status 2xx after which the connection is closed or reset too early. */
public final class CutAnswers {
  private static final String OK = "HTTP/1.1 200 OK\r\n";
  private static final String TYPE = "Content-Type: application/cbor\r\n";

  private CutAnswers() {}

  /** Each answer as an {@link Answer} with its name. */
  public static Stream<Arguments> all() {
    return Map.ofEntries(
            Map.entry("status", "HTTP/1.1 200"),
            Map.entry("status and a blank", "HTTP/1.1 200 "),
            Map.entry("reason with a control character", "HTTP/1.1 200 \u0085K\r\n\r\n"),
            Map.entry("empty line before the status", "\r\n" + OK + "\r\n"),
            Map.entry("status line without its end", "HTTP/1.1 200 OK"),
            Map.entry("status line", OK),
            Map.entry("status line of HTTP/1.0", "HTTP/1.0 200 OK\r\n"),
            Map.entry("status line 202", "HTTP/1.1 202 Accepted\r\n"),
            Map.entry("interim answer", "HTTP/1.1 100 Continue\r\n\r\n" + OK),
            Map.entry("interim answers", "HTTP/1.1 103 Early Hints\r\nA: b\r\n\r\n".repeat(3) + OK),
            Map.entry("some headers", OK + TYPE + "x-amzn-Requ"),
            Map.entry("all headers", OK + TYPE + "Content-Length: 20\r\n\r\n"),
            Map.entry("part of the body", OK + TYPE + "Content-Length: 20\r\n\r\n\u00bf"),
            Map.entry("longer body", OK + TYPE + "Content-Length: 1\r\n\r\n\u00bf\u00ff\u00ff"),
            Map.entry("cut gzip", OK + "Content-Encoding: gzip\r\n\r\n\u001f\u008b\u0008"),
            Map.entry("cut chunk", OK + "Transfer-Encoding: chunked\r\n\r\n5\r\nab"),
            Map.entry("body of 204", "HTTP/1.1 204 No Content\r\nContent-Length: 9\r\n\r\nabc"))
        .entrySet()
        .stream()
        .flatMap(
            sent -> {
              Answer closed = request -> request.send(sent.getValue());
              Answer reset =
                  request -> {
                    request.send(sent.getValue());
                    request.reset();
                  };
              return Stream.of(
                  Arguments.of(Named.of(sent.getKey() + ", then closed", closed)),
                  Arguments.of(Named.of(sent.getKey() + ", then reset", reset)));
            });
  }
}
