package io.cnimetrics.cloudwatch;

import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.utils.SdkAutoCloseable;

/**
 * Credentials of a chain, which keeps them until they expire; with what the chain lacks: failures
 * of a type of their own, an early end of what it keeps, and keeping them out of messages.
 */
final class HeldCredentials implements AwsCredentialsProvider, AutoCloseable {
  private final Supplier<AwsCredentialsProvider> chains;
  private volatile AwsCredentialsProvider chain;
  private volatile Optional<AwsCredentials> held = Optional.empty();

  /**
   * @param chains makes a new chain, which asks nobody before it must
   */
  HeldCredentials(Supplier<AwsCredentialsProvider> chains) {
    this.chains = chains;
    this.chain = chains.get();
  }

  @Override
  public AwsCredentials resolveCredentials() {
    try {
      AwsCredentials credentials = chain.resolveCredentials();
      held = Optional.of(credentials);
      return credentials;
    } catch (RuntimeException e) {
      throw CredentialsException.of(e);
    }
  }

  /**
   * Forgets what is kept. Whoever says that credentials have expired knows better than the node's
   * clock, by which the chain would keep them.
   */
  void renew() {
    close();
    chain = chains.get();
  }

  /** The text without any part of these credentials. */
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
    return all.filter(part -> part != null && !part.isEmpty());
  }
}
