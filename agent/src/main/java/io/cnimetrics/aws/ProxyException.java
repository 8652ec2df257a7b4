package io.cnimetrics.aws;

import io.cnimetrics.aws.Proxies.HttpProxy;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A request failed because of the proxy, or on its way through the proxy. */
public final class ProxyException extends IOException {
  private static final long serialVersionUID = 1;

  static final int LOGIN_REQUIRED = 407;

  /** OkHttp's message for an answer to CONNECT that is not 200. */
  private static final Pattern REFUSAL =
      Pattern.compile("Unexpected response code for CONNECT: ([0-9]{3})");

  /** OkHttp's message for an answer to CONNECT with status 407. */
  private static final String NO_LOGIN = "Failed to authenticate with proxy";

  private final int status;

  private ProxyException(String message, int status, IOException cause) {
    super(message, cause);
    this.status = status;
  }

  /** Returns the exception for a request that failed with this cause. */
  static ProxyException of(HttpProxy proxy, IOException cause) {
    int status = status(cause);
    if (status == LOGIN_REQUIRED) {
      return login(proxy);
    }
    if (status > 0) {
      return new ProxyException(
          "%s does not connect to the endpoint: it answered CONNECT with status %d"
              .formatted(proxy, status),
          status,
          cause);
    }
    if (cause instanceof UnknownHostException) {
      return new ProxyException("the host name of %s does not resolve".formatted(proxy), 0, cause);
    }
    boolean away = cause instanceof ConnectException || cause instanceof NoRouteToHostException;
    // OkHttp wraps the reason for a failed connection.
    Throwable reason = away && cause.getCause() != null ? cause.getCause() : cause;
    return new ProxyException(
        "%s %s: %s"
            .formatted(
                proxy,
                away ? "cannot be reached" : "did not pass on an answer",
                new RootCause(reason).message()),
        0,
        cause);
  }

  /** Returns the exception for an answer with status 407. */
  static ProxyException login(HttpProxy proxy) {
    String what = proxy.login().isPresent() ? "does not accept the login" : "requires a login";
    return new ProxyException(
        "%s %s: it answered with status 407".formatted(proxy, what),
        LOGIN_REQUIRED,
        new IOException(what));
  }

  private static int status(IOException cause) {
    String message = String.valueOf(cause.getMessage());
    if (message.equals(NO_LOGIN)) {
      return LOGIN_REQUIRED;
    }
    Matcher refusal = REFUSAL.matcher(message);
    return refusal.matches() ? Integer.parseInt(refusal.group(1)) : 0;
  }

  /** Whether the proxy requires a login, or does not accept the login of the settings. */
  public boolean isAboutLogin() {
    return status == LOGIN_REQUIRED;
  }

  /** Whether the proxy answered that it does not connect to the endpoint. */
  public boolean isRefusal() {
    return status > 0 && !isAboutLogin();
  }
}
