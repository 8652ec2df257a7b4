package io.cnimetrics.cloudwatch;

import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.utils.SdkAutoCloseable;

/**
 * Credentials of a provider, which caches credentials until they expire. This class adds an early
 * renewal and the removal of secrets from messages.
 */
final class HeldCredentials implements AwsCredentialsProvider, AutoCloseable {
  /** The keys of AWS have 20 characters and more. */
  private static final int SHORTEST = 8;

  private final Supplier<AwsCredentialsProvider> chains;
  private volatile AwsCredentialsProvider chain;
  private volatile Optional<AwsCredentials> held = Optional.empty();

  /**
   * @param chains creates a new chain. The chain makes no call before its first use
   */
  HeldCredentials(Supplier<AwsCredentialsProvider> chains) {
    this.chains = chains;
    this.chain = chains.get();
  }

  @Override
  public AwsCredentials resolveCredentials() {
    AwsCredentials credentials = chain.resolveCredentials();
    held = Optional.of(credentials);
    return credentials;
  }

  /** The source of the credentials, for messages. */
  String source() {
    return chain.toString();
  }

  /**
   * Drops cached credentials that the service reports as expired. The chain itself would keep these
   * credentials if the node's clock is slow.
   */
  void renew() {
    close();
    chain = chains.get();
  }

  /** Replaces each part of the credentials in a text by ***. */
  String hiddenIn(String text) {
    String hidden = text;
    for (String secret : held.stream().flatMap(HeldCredentials::parts).toList()) {
      hidden = hidden.replace(secret, "***");
    }
    return hidden;
  }

  @Override
  public void close() {
    if (chain instanceof SdkAutoCloseable closeable) {
      closeable.close();
    }
  }

  private static Stream<String> parts(AwsCredentials credentials) {
    Stream<String> key = Stream.of(credentials.accessKeyId(), credentials.secretAccessKey());
    Stream<String> all =
        credentials instanceof AwsSessionCredentials session
            ? Stream.concat(key, Stream.of(session.sessionToken()))
            : key;
    // A shorter part would occur in other words.
    return all.filter(part -> part != null && part.length() >= SHORTEST);
  }
}
