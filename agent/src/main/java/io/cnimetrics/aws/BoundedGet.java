package io.cnimetrics.aws;

import io.cnimetrics.wire.UrlSecrets;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.HttpExecuteResponse;

/** Sends GET requests to a server that is not AWS. The proxies of the environment apply. */
public final class BoundedGet {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

  /** The time limit of one answer. */
  private static final Duration LONGEST = Duration.ofMinutes(10);

  private final AwsHttp http;
  private final Map<String, String> headers;

  /**
   * @param headers headers of each request; they can contain secrets
   * @param readTimeout the time limit for each wait for bytes
   * @param mostBytes the maximum size of an answer
   */
  public BoundedGet(Map<String, String> headers, Duration readTimeout, long mostBytes) {
    this.http = AwsHttp.client(CONNECT_TIMEOUT, readTimeout).receiving(mostBytes, LONGEST);
    this.headers = Map.copyOf(headers);
  }

  /** Reads the body of an answer. */
  @FunctionalInterface
  public interface Body {
    void read(InputStream body) throws IOException;
  }

  /**
   * Requests a URL and reads the answer.
   *
   * @throws IOException if there is no answer, or an answer with another status than 200, or if the
   *     answer is too large. The message names the URL without its login and query.
   */
  public void get(URI url, Body reader) throws IOException {
    String shown = UrlSecrets.hiddenIn(url.toString()).replaceFirst("\\?.*", "");
    HttpExecuteResponse answer;
    try {
      answer = http.get(url, headers).call();
    } catch (IOException | RuntimeException e) {
      RootCause cause = RootCause.of(e);
      String why = cause.isIo() ? cause.message() : e.getClass().getSimpleName();
      throw new IOException(shown + ": " + why, e);
    }
    try (InputStream body = answer.responseBody().orElseGet(AbortableInputStream::createEmpty)) {
      int status = answer.httpResponse().statusCode();
      if (status != 200) {
        String words = new String(body.readNBytes(AwsHttp.MAX_BODY_BYTES), StandardCharsets.UTF_8);
        throw new IOException(
            "status %d: %s".formatted(status, Redacted.of(words, headers.values())));
      }
      reader.read(body);
    } catch (IOException e) {
      throw new IOException(shown + ": " + e.getMessage(), e);
    }
  }
}
