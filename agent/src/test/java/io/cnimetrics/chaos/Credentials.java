package io.cnimetrics.chaos;

import com.sun.net.httpserver.HttpExchange;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/** Simulates the two sources of credentials: the EKS Pod Identity agent, and STS for IRSA. */
final class Credentials implements FaultyServer.Service {
  static final String POD_IDENTITY = "/v1/credentials";

  /**
   * The SDK renews credentials five minutes before they expire. Here it renews them each minute.
   */
  private static final Duration VALID = Duration.ofMinutes(6);

  @Override
  public Reply answer(HttpExchange request, byte[] body, Optional<Kind> fault, boolean heard) {
    Instant expiry = Instant.now().truncatedTo(ChronoUnit.SECONDS).plus(VALID);
    if (request.getRequestURI().getPath().equals(POD_IDENTITY)) {
      return Reply.text(
          200,
          "application/json",
          """
          {"AccessKeyId": "key", "SecretAccessKey": "secret", "Token": "token",
           "AccountId": "123456789012", "Expiration": "%s"}
          """
              .formatted(expiry));
    }
    return Reply.text(
        200,
        "text/xml",
        """
        <AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
        <AssumeRoleWithWebIdentityResult><Credentials>
        <AccessKeyId>key</AccessKeyId><SecretAccessKey>secret</SecretAccessKey>
        <SessionToken>token</SessionToken><Expiration>%s</Expiration>
        </Credentials></AssumeRoleWithWebIdentityResult>
        </AssumeRoleWithWebIdentityResponse>
        """
            .formatted(expiry));
  }

  @Override
  public Reply error(int status, String code) {
    return Reply.text(
        status,
        "text/xml",
        "<ErrorResponse><Error><Code>%s</Code><Message>error of the schedule</Message></Error></ErrorResponse>"
            .formatted(code));
  }
}
