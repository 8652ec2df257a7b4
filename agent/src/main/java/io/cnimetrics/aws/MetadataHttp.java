package io.cnimetrics.aws;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.time.Duration;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpRequest;

/**
 * HTTP for the SDK's metadata client. It adds what that client lacks: a limit for bodies, a stop at
 * any time, and the request of an error.
 */
final class MetadataHttp implements SdkHttpClient {
  /** The maximum length of a body, in bytes; a longer body is cut after one more byte. */
  static final int MAX_BODY_BYTES = 16 * 1024;

  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(1);
  private static final Duration READ_TIMEOUT = Duration.ofSeconds(1);

  private static final LastRequest NOTHING_YET = new LastRequest("", "none", 0);

  private final SdkHttpClient http = AwsHttp.over(MetadataHttp::open);
  private volatile boolean stopped;
  private volatile LastRequest last = NOTHING_YET;

  /**
   * The last request.
   *
   * @param status the status of the answer, 0 before it arrives
   */
  record LastRequest(String method, String url, int status) {
    @Override
    public String toString() {
      return (method + " " + url).strip();
    }
  }

  /** The current request, or the last one. */
  LastRequest last() {
    return last;
  }

  boolean hasAsked() {
    return !last.equals(NOTHING_YET);
  }

  /** Sends nothing more, and stops reading the current answer at its next byte. */
  void stop() {
    stopped = true;
  }

  @Override
  public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
    SdkHttpRequest asked = request.httpRequest();
    last = new LastRequest(asked.method().name(), asked.getUri().toString(), 0);
    return AwsHttp.bounded(
        http.prepareRequest(request),
        MAX_BODY_BYTES + 1,
        this::throwIfStopped,
        response -> last = new LastRequest(last.method(), last.url(), response.statusCode()));
  }

  @Override
  public void close() {
    http.close();
  }

  private void throwIfStopped() throws IOException {
    if (stopped) {
      throw new InterruptedIOException("stopped waiting");
    }
  }

  /** Never uses a proxy: a proxy would return the metadata of its own instance. */
  private static HttpURLConnection open(URI uri) {
    try {
      if (uri.toURL().openConnection(Proxy.NO_PROXY) instanceof HttpURLConnection connection) {
        connection.setConnectTimeout((int) CONNECT_TIMEOUT.toMillis());
        connection.setReadTimeout((int) READ_TIMEOUT.toMillis());
        return connection;
      }
      throw new IllegalArgumentException(uri + " is not an HTTP URL");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
