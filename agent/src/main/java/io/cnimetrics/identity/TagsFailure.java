package io.cnimetrics.identity;

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
 * What went wrong when an instance's tags were asked for, as an answer.
 *
 * <p>EC2's own messages are not quoted: one about a signature holds the session token.
 */
record TagsFailure(String instanceId, String region) {
  private static final Pattern CODE = Pattern.compile("[A-Za-z0-9.]{1,100}");
  private static final Pattern ROLE = Pattern.compile("User: (arn:[!-~]{1,300}) ");

  /** Refusals that come with status 400. */
  private static final Set<String> REFUSALS =
      Set.of("ExpiredToken", "ExpiredTokenException", "RequestExpired", "InvalidClientTokenId");

  InstanceTags.NotTold because(Reason reason, String whatHappened) {
    return new InstanceTags.NotTold(
        new Problem(
            Source.EC2,
            reason,
            "ec2:DescribeTags of %s in %s %s; %s"
                .formatted(instanceId, region, whatHappened, wayOut(reason))));
  }

  InstanceTags.NotTold withoutCredentials() {
    return because(Reason.DENIED, "needs credentials, and none were to be had");
  }

  InstanceTags.NotTold refused(AwsServiceException e) {
    String code = code(e);
    boolean denied = e.statusCode() == 401 || e.statusCode() == 403 || REFUSALS.contains(code);
    return because(
        denied ? Reason.DENIED : Reason.BAD_STATUS,
        "was answered with status %s (%s%s)".formatted(e.statusCode(), code, role(e)));
  }

  InstanceTags.NotTold failed(RuntimeException e) {
    if (e instanceof ApiCallTimeoutException) {
      return because(Reason.TIMEOUT, "was not answered in time");
    }
    ExchangeFailure failure = ExchangeFailure.of(e);
    return because(
        failure.reason(),
        failure.isIo()
            ? "failed: " + failure.told()
            : "failed with " + failure.origin().getClass().getSimpleName());
  }

  private static String code(AwsServiceException e) {
    return Optional.ofNullable(e.awsErrorDetails())
        .flatMap(details -> Optional.ofNullable(details.errorCode()))
        .filter(CODE.asMatchPredicate())
        .orElse("no error code");
  }

  /** Who we are to EC2: often another role than one thinks. */
  private static String role(AwsServiceException e) {
    return Optional.ofNullable(e.awsErrorDetails())
        .flatMap(details -> Optional.ofNullable(details.errorMessage()))
        .map(ROLE::matcher)
        .filter(Matcher::find)
        .map(found -> ", as " + found.group(1))
        .orElse("");
  }

  private static String wayOut(Reason reason) {
    String given = "give --cluster-id or AWS_CLUSTER_ID: no call of EC2, less memory";
    return switch (reason) {
      case DENIED -> "allow the agent's role ec2:DescribeTags or, better, " + given;
      case TIMEOUT, UNREACHABLE ->
          "a private subnet needs a VPC endpoint of ec2 (and of sts for IRSA), or a proxy; better, "
              + given;
      case BAD_STATUS -> "EC2 is in trouble or throttles; if it lasts, " + given;
      default -> "check AWS_ENDPOINT_URL_EC2 and the proxy or, better, " + given;
    };
  }
}
