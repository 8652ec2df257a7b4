package io.cnimetrics.aws;

import java.time.Instant;
import java.util.Optional;
import software.amazon.awssdk.auth.credentials.AwsCredentials;

/** A source of credentials that is set up for this process. */
interface CredentialsSource {
  /** The name of the source in messages. */
  String name();

  /**
   * Fetches credentials. Blocks for some seconds at most.
   *
   * @throws CredentialsException if the source gives no credentials
   */
  Fetched fetch();

  /**
   * Credentials of a source.
   *
   * @param expires empty if the credentials do not expire
   */
  record Fetched(AwsCredentials credentials, Optional<Instant> expires) {}
}
