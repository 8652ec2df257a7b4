package io.cnimetrics.aws;

import io.cnimetrics.aws.Proxies.HttpProxy;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import okhttp3.Call;
import okhttp3.ConnectionPool;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okhttp3.ResponseBody;
import okio.BufferedSink;
import okio.Okio;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.SdkHttpResponse;

/**
 * Sends requests through a proxy. The JDK's client is not used, because its CONNECT requests
 * contain no Basic login. Only the proxy resolves the endpoint's host name.
 */
final class ProxyHttp {
  private static final String LOGIN = "Proxy-Authorization";

  private final HttpProxy proxy;
  private final OkHttpClient http;

  ProxyHttp(HttpProxy proxy, Duration connectTimeout, Duration readTimeout) {
    this.proxy = proxy;
    this.http =
        new OkHttpClient.Builder()
            .proxy(proxy.address())
            .proxyAuthenticator((route, refusal) -> login(refusal))
            .connectTimeout(connectTimeout)
            .readTimeout(readTimeout)
            .writeTimeout(readTimeout)
            .protocols(List.of(Protocol.HTTP_1_1))
            .followRedirects(false)
            .retryOnConnectionFailure(false)
            .fastFallback(false)
            // Requests are rare. Therefore no idle connection is kept. While a connection is in
            // use, the pool checks this connection after each period of this length.
            .connectionPool(new ConnectionPool(0, 1, TimeUnit.MINUTES))
            .build();
  }

  /** Returns a request that is sent when {@link ExecutableHttpRequest#call} is called. */
  ExecutableHttpRequest request(HttpExecuteRequest asked) {
    Call call = http.newCall(converted(asked));
    return new ExecutableHttpRequest() {
      @Override
      public HttpExecuteResponse call() throws IOException {
        return answer(call);
      }

      @Override
      public void abort() {
        call.cancel();
      }
    };
  }

  /**
   * Adds the login to CONNECT. OkHttp calls this method before the first CONNECT, and after an
   * answer with status 407. A second request with the same login would be useless.
   */
  private @Nullable Request login(Response refusal) {
    boolean first =
        refusal.challenges().stream().anyMatch(c -> c.scheme().equals("OkHttp-Preemptive"));
    return proxy
        .login()
        .filter(login -> first)
        .map(login -> refusal.request().newBuilder().header(LOGIN, login).build())
        .orElse(null);
  }

  private Request converted(HttpExecuteRequest asked) {
    SdkHttpRequest head = asked.httpRequest();
    Request.Builder request = new Request.Builder().url(head.getUri().toString());
    head.forEachHeader((name, values) -> values.forEach(value -> request.addHeader(name, value)));
    // Without this header OkHttp decompresses the answer and removes headers that the SDK reads.
    request.header("Accept-Encoding", "identity");
    if ("http".equals(head.protocol())) {
      proxy.login().ifPresent(login -> request.header(LOGIN, login));
    }
    Optional<RequestBody> body = asked.contentStreamProvider().map(content -> body(head, content));
    return request
        .method(
            head.method().name(),
            body.orElse(needsBody(head) ? RequestBody.create(new byte[0]) : null))
        .build();
  }

  private static boolean needsBody(SdkHttpRequest head) {
    return switch (head.method()) {
      case POST, PUT, PATCH -> true;
      default -> false;
    };
  }

  private static RequestBody body(SdkHttpRequest head, ContentStreamProvider content) {
    long length = head.firstMatchingHeader("Content-Length").map(Long::parseLong).orElse(-1L);
    return new RequestBody() {
      @Override
      public @Nullable MediaType contentType() {
        return null;
      }

      @Override
      public long contentLength() {
        return length;
      }

      /** A request is never repeated, because the datums would count twice. */
      @Override
      public boolean isOneShot() {
        return true;
      }

      @Override
      public void writeTo(BufferedSink sink) throws IOException {
        try (InputStream in = content.newStream()) {
          sink.writeAll(Okio.source(in));
        }
      }
    };
  }

  private HttpExecuteResponse answer(Call call) throws IOException {
    Response answer;
    try {
      answer = call.execute();
    } catch (SSLException e) {
      // The certificate of the endpoint is wrong, or the proxy intercepts TLS.
      throw e;
    } catch (IOException e) {
      throw ProxyException.of(proxy, e);
    }
    if (answer.code() == ProxyException.LOGIN_REQUIRED) {
      answer.close();
      throw ProxyException.login(proxy);
    }
    ResponseBody body = answer.body();
    return HttpExecuteResponse.builder()
        .response(
            SdkHttpResponse.builder()
                .statusCode(answer.code())
                .statusText(answer.message())
                .headers(answer.headers().toMultimap())
                .build())
        .responseBody(AbortableInputStream.create(body.byteStream(), () -> abandon(call, body)))
        .build();
  }

  private static void abandon(Call call, ResponseBody body) {
    call.cancel();
    // Only this call removes the connection from the pool.
    body.close();
  }
}
