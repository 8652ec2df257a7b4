package io.cnimetrics.aws;

import java.time.Duration;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.urlconnection.UrlConnectionFactory;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;

/** HTTP for the SDK's clients, with the SDK's own settings of proxies. */
public final class AwsHttp {
  private static final String KEEP_ALIVE = "http.keepAlive";

  static {
    // Requests are far apart, and a connection that is given up must be closed: the JDK would read
    // on what is left of its answer to keep it, holding a lock for as long as that trickles.
    if (System.getProperty(KEEP_ALIVE) == null) {
      System.setProperty(KEEP_ALIVE, "false");
    }
  }

  private AwsHttp() {}

  /**
   * Begins a client.
   *
   * @param readTimeout between two bytes
   */
  public static SdkHttpClient.Builder<?> builder(Duration connectTimeout, Duration readTimeout) {
    return UrlConnectionHttpClient.builder()
        .connectionTimeout(connectTimeout)
        .socketTimeout(readTimeout)
        .tlsTrustManagersProvider(Authorities::trustManagers);
  }

  /** A client with connections of its own making. */
  public static SdkHttpClient over(UrlConnectionFactory connections) {
    return UrlConnectionHttpClient.create(connections);
  }
}
