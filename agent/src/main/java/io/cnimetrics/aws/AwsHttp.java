package io.cnimetrics.aws;

import java.time.Duration;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.urlconnection.UrlConnectionFactory;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;

/** HTTP for the SDK's clients, with the SDK's own proxy settings. */
public final class AwsHttp {
  private static final String KEEP_ALIVE = "http.keepAlive";

  static {
    // Requests are far apart. With keep-alive the JDK first reads the rest of an abandoned answer
    // and holds a lock until it has arrived.
    if (System.getProperty(KEEP_ALIVE) == null) {
      System.setProperty(KEEP_ALIVE, "false");
    }
  }

  private AwsHttp() {}

  /**
   * Returns a builder of a client that trusts the certificate authorities of the runtime.
   *
   * @param readTimeout the limit between two bytes
   */
  public static SdkHttpClient.Builder<?> builder(Duration connectTimeout, Duration readTimeout) {
    return UrlConnectionHttpClient.builder()
        .connectionTimeout(connectTimeout)
        .socketTimeout(readTimeout);
  }

  /** Returns a client over the given connections. */
  public static SdkHttpClient over(UrlConnectionFactory connections) {
    return UrlConnectionHttpClient.create(connections);
  }
}
