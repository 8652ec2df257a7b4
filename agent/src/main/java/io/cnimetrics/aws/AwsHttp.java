package io.cnimetrics.aws;

import java.time.Duration;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;

/** HTTP for the SDK's clients, with the SDK's own settings of proxies. */
public final class AwsHttp {
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
}
