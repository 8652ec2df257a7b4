package io.cnimetrics.aws;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Stream;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;

/** A source of credentials that is set up for this process. */
interface CredentialsSource {
  Duration CONNECT_TIMEOUT = Duration.ofSeconds(1);
  Duration READ_TIMEOUT = Duration.ofSeconds(3);

  String name();

  /**
   * Fetches credentials. Blocks for a few seconds at most.
   *
   * @throws CredentialsException if the source gives no credentials
   */
  Fetched fetch();

  /**
   * Credentials of a source.
   *
   * @param expires empty if the credentials do not expire
   */
  record Fetched(AwsCredentials credentials, Optional<Instant> expires) {
    /**
     * @throws IllegalArgumentException if the credentials contain characters that a header cannot
     *     have. With such credentials every request would fail until they expire
     */
    public Fetched {
      if (!parts(credentials).allMatch(part -> part.matches("\\p{Graph}+"))) {
        throw new IllegalArgumentException("the credentials contain a blank or an odd character");
      }
    }

    /** The key id, the secret key and the token. */
    static Stream<String> parts(AwsCredentials credentials) {
      Stream<String> keys = Stream.of(credentials.accessKeyId(), credentials.secretAccessKey());
      return credentials instanceof AwsSessionCredentials session
          ? Stream.concat(keys, Stream.of(session.sessionToken()))
          : keys;
    }
  }
}
