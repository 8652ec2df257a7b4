package io.cnimetrics.aws;

import java.time.Duration;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.urlconnection.UrlConnectionFactory;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;

/** HTTP for the SDK's clients, with the SDK's own settings of proxies. */
public final class AwsHttp {
  private static final String KEEP_ALIVE = "http.keepAlive";

  static {
    // Requests are far apart. To keep an abandoned connection the JDK would first read the rest of
    // its
    // answer, and hold a lock while that trickles in.
    if (System.getProperty(KEEP_ALIVE) == null) {
      System.setProperty(KEEP_ALIVE, "false");
    }
  }

  private AwsHttp() {}

  /**
   * A builder of a client that trusts the certificate authorities of the runtime.
   *
   * @param readTimeout between two bytes
   */
  public static SdkHttpClient.Builder<?> builder(Duration connectTimeout, Duration readTimeout) {
    return UrlConnectionHttpClient.builder()
        .connectionTimeout(connectTimeout)
        .socketTimeout(readTimeout);
  }

  /** A client over the given connections. */
  public static SdkHttpClient over(UrlConnectionFactory connections) {
    return UrlConnectionHttpClient.create(connections);
  }
}
