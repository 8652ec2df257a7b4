package io.cnimetrics.aws;

import java.net.UnknownHostException;
import java.util.Locale;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;

/** The reasons why a service of AWS does not answer. Each reason has a remedy. */
public enum NetworkFault {
  PROXY_LOGIN(
      "put the user and the password into the proxy's variable, percent-encoded, as in"
          + " http://USER:PASSWORD@HOST:PORT, or put the name of the endpoint into NO_PROXY"),
  PROXY_REFUSES("allow the name of the endpoint in the proxy, or put the name into NO_PROXY"),
  PROXY_AWAY("check the proxy and its variable, or put the name of the endpoint into NO_PROXY"),
  UNKNOWN_HOST(
      "check the region, AWS_ENDPOINT_URL_{VARIABLE} and the resolution of host names on the node"),
  UNTRUSTED(
      "check the node's clock; check that the agent trusts the certificate authority of the"
          + " endpoint, or of a proxy that intercepts TLS"),
  NO_TLS(
      "the peer does not use TLS; check the scheme and the port of AWS_ENDPOINT_URL_{VARIABLE}, and"
          + " the proxy"),
  NO_ANSWER(
      "check the route to {NAME}; the route is a VPC endpoint for the service '{PREFIX}' with its"
          + " security group, a NAT gateway, or the proxy of HTTPS_PROXY and NO_PROXY");

  private final String remedy;

  NetworkFault(String remedy) {
    this.remedy = remedy;
  }

  /** Returns the reason for an exception, which is the root cause of a failed request. */
  public static NetworkFault of(Throwable origin) {
    if (origin instanceof ProxyException proxy) {
      return proxy.isAboutLogin() ? PROXY_LOGIN : proxy.isRefusal() ? PROXY_REFUSES : PROXY_AWAY;
    }
    if (origin instanceof UnknownHostException) {
      return UNKNOWN_HOST;
    }
    if (origin instanceof SSLException) {
      boolean began =
          origin instanceof SSLHandshakeException || origin instanceof SSLPeerUnverifiedException;
      return began ? UNTRUSTED : NO_TLS;
    }
    return NO_ANSWER;
  }

  /**
   * Returns what the operator can do.
   *
   * @param name the name of the service, such as {@code CloudWatch}
   * @param prefix the service's name in endpoints, such as {@code monitoring}
   */
  public String remedy(String name, String prefix) {
    return remedy
        .replace("{NAME}", name)
        .replace("{VARIABLE}", name.toUpperCase(Locale.ROOT))
        .replace("{PREFIX}", prefix);
  }
}
