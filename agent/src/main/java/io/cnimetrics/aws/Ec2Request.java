package io.cnimetrics.aws;

import io.cnimetrics.aws.Ec2Result.Failed;
import io.cnimetrics.snapshot.Problem;
import io.cnimetrics.snapshot.Reason;
import io.cnimetrics.snapshot.Source;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;

/**
 * The texts for error messages about an EC2 request. Creates the problem for a failed request.
 *
 * <p>EC2's messages are not quoted, because a message about a signature contains the session token.
 *
 * @param asked the action and its target, such as {@code ec2:DescribeTags of i-1 in us-west-2}
 * @param permission the text that explains how to permit the action
 * @param without the text that explains how to avoid the action
 */
record Ec2Request(String asked, String permission, String without) {
  private static final Pattern CODE = Pattern.compile("[A-Za-z0-9.]{1,100}");
  private static final Pattern ROLE = Pattern.compile("User: (arn:[!-~]{1,300}) ");

  /** EC2's error code if the role lacks the permission. Other refusals are about credentials. */
  private static final String FORBIDDEN = "UnauthorizedOperation";

  /** Error codes of refusals that have the status 400. */
  private static final Set<String> REFUSALS =
      Set.of("ExpiredToken", "ExpiredTokenException", "RequestExpired", "InvalidClientTokenId");

  <T> Failed<T> because(Reason reason, String whatHappened) {
    return because(reason, whatHappened, remedy(reason), false);
  }

  private <T> Failed<T> because(
      Reason reason, String whatHappened, String remedy, boolean forbidden) {
    return new Failed<>(
        new Problem(Source.EC2, reason, asked + " " + whatHappened, remedy + "; " + without),
        forbidden);
  }

  private String remedy(Reason reason) {
    return switch (reason) {
      case DENIED -> permission;
      case TIMEOUT, UNREACHABLE ->
          "a private subnet needs a VPC endpoint of ec2 (and of sts for IRSA), or a proxy";
      case BAD_STATUS -> "EC2 has a fault or throttles; the agent retries with growing intervals";
      case NOT_FOUND ->
          "the subnet or instance does not exist in this region and account; check"
              + " AWS_ENDPOINT_URL_EC2 and the account of the agent's credentials";
      default -> "check AWS_ENDPOINT_URL_EC2 and the proxy";
    };
  }

  <T> Failed<T> withoutCredentials(CredentialsException e) {
    return because(
        e.isOutage() ? Reason.UNREACHABLE : Reason.DENIED,
        "could not be signed: no AWS credentials found ("
            + Redacted.of(String.valueOf(e.getMessage()))
            + ")",
        e.remedy(),
        false);
  }

  <T> Failed<T> refused(AwsServiceException e) {
    String code = code(e);
    Reason reason = reason(e.statusCode(), code);
    return because(
        reason,
        "was answered with status %d (%s%s)".formatted(e.statusCode(), code, role(e)),
        e.isClockSkewException() || code.equals("RequestExpired")
            ? "the clock of this node is wrong, or the credentials have expired; correct the node's"
                + " time synchronisation, or renew the credentials"
            : remedy(reason),
        code.equals(FORBIDDEN));
  }

  private static Reason reason(int status, String code) {
    if (status == 401 || status == 403 || REFUSALS.contains(code)) {
      return Reason.DENIED;
    }
    return code.endsWith(".NotFound") ? Reason.NOT_FOUND : Reason.BAD_STATUS;
  }

  <T> Failed<T> failed(Throwable e) {
    if (e instanceof ApiCallTimeoutException) {
      return because(Reason.TIMEOUT, "was not answered in time");
    }
    if (e instanceof SettingsException) {
      return because(Reason.MALFORMED, "failed: " + e.getMessage());
    }
    RootCause failure = RootCause.of(e);
    return failure.isIo()
        ? because(
            failure.reason(),
            "failed: " + failure.message(),
            failure.reason() == Reason.MALFORMED
                ? remedy(Reason.MALFORMED)
                : NetworkFault.of(failure.origin()).remedy("EC2", "ec2"),
            false)
        : because(failure.reason(), "failed with " + failure.origin().getClass().getSimpleName());
  }

  private static String code(AwsServiceException e) {
    return Optional.ofNullable(e.awsErrorDetails())
        .flatMap(details -> Optional.ofNullable(details.errorCode()))
        .filter(CODE.asMatchPredicate())
        .orElse("no error code");
  }

  /** Returns the role that EC2 reports. The caller's role is often not the expected role. */
  private static String role(AwsServiceException e) {
    return Optional.ofNullable(e.awsErrorDetails())
        .flatMap(details -> Optional.ofNullable(details.errorMessage()))
        .map(ROLE::matcher)
        .filter(Matcher::find)
        .map(found -> ", as " + found.group(1))
        .orElse("");
  }
}
