package io.cnimetrics.cloudwatch;

import io.cnimetrics.aws.Credentials;
import java.net.URI;
import java.time.InstantSource;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;

/** The agent's sink, with given credentials and another endpoint. */
public final class LocalSink {
  /**
   * A token with the length of a role's token. The token is the largest part of a request's
   * headers.
   */
  private static final int TOKEN_CHARACTERS = 1_000;

  private LocalSink() {}

  /**
   * Opens a sink.
   *
   * @param url of a {@link LocalCloudWatch}
   */
  public static CloudWatchSink at(String url, InstantSource clock) {
    Credentials credentials =
        Credentials.of(
            AwsSessionCredentials.create(
                "A".repeat(20), "S".repeat(40), "T".repeat(TOKEN_CHARACTERS)));
    return new CloudWatchSink(
        "eu-west-1", builder -> builder.endpointOverride(URI.create(url)), credentials, clock);
  }
}
