package io.cnimetrics.aws;

import io.cnimetrics.aws.Proxies.HttpProxy;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;

/** A request failed because of the proxy, or on its way through the proxy. */
public final class ProxyException extends IOException {
  private static final long serialVersionUID = 1;

  static final int LOGIN_REQUIRED = 407;

  private final int status;

  private ProxyException(String message, int status, IOException cause) {
    super(message, cause);
    this.status = status;
  }

  /** Returns the exception for a request that failed with this cause. */
  static ProxyException of(HttpProxy proxy, IOException cause) {
    if (cause instanceof UnknownHostException) {
      return new ProxyException("the host name of %s does not resolve".formatted(proxy), 0, cause);
    }
    boolean away = cause instanceof ConnectException || cause instanceof NoRouteToHostException;
    return new ProxyException(
        "%s %s: %s"
            .formatted(
                proxy,
                away ? "cannot be reached" : "did not pass on an answer",
                new RootCause(cause).message()),
        0,
        cause);
  }

  /** Returns the exception for an answer to CONNECT whose status is neither 407 nor 2xx. */
  static ProxyException refusal(HttpProxy proxy, int status) {
    String what = "it answered CONNECT with status " + status;
    return new ProxyException(
        "%s does not connect to the endpoint: %s".formatted(proxy, what),
        status,
        new IOException(what));
  }

  /** Returns the exception for an answer with status 407. */
  static ProxyException login(HttpProxy proxy) {
    String what = proxy.login().isPresent() ? "does not accept the login" : "requires a login";
    return new ProxyException(
        "%s %s: it answered with status 407".formatted(proxy, what),
        LOGIN_REQUIRED,
        new IOException(what));
  }

  /** Whether the proxy requires a login, or does not accept the login of the settings. */
  boolean isAboutLogin() {
    return status == LOGIN_REQUIRED;
  }

  /** Whether the proxy answered that it does not connect to the endpoint. */
  boolean isRefusal() {
    return status > 0 && !isAboutLogin();
  }
}
