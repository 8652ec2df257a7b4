package io.cnimetrics.aws;

import java.time.Duration;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpService;
import software.amazon.awssdk.utils.AttributeMap;

/**
 * Gives {@link AwsHttp} to the clients that the SDK creates itself. The SDK creates a client of STS
 * for a profile with {@code role_arn}. The SDK loads this class by its name.
 */
public final class AwsHttpService implements SdkHttpService {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(1);
  private static final Duration READ_TIMEOUT = Duration.ofSeconds(3);

  @Override
  public SdkHttpClient.Builder<?> createHttpClientBuilder() {
    return new Builder();
  }

  private static final class Builder implements SdkHttpClient.Builder<Builder> {
    @Override
    public SdkHttpClient buildWithDefaults(AttributeMap settings) {
      return AwsHttp.client(CONNECT_TIMEOUT, READ_TIMEOUT);
    }
  }
}
