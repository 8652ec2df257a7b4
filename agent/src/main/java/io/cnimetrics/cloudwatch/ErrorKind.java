package io.cnimetrics.cloudwatch;

import io.cnimetrics.publish.MetricSink.PutResult.Status;
import java.io.IOException;
import java.net.UnknownHostException;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import software.amazon.awssdk.http.HttpStatusCode;

/** The kinds of failed requests, each with its outcome and remedy. */
enum ErrorKind {
  THROTTLED(
      Status.RETRYABLE,
      "all publishers in the account and region share its quota: if it persists, raise the quota"
          + " or the publish interval"),
  FAULT(Status.RETRYABLE, "a temporary fault of the service or of a proxy"),
  SKEWED_CLOCK(
      Status.RETRYABLE,
      "this node's clock is wrong: the next request is signed with the service's time; correct"
          + " the node's time synchronisation"),
  INVALID(
      Status.INVALID,
      "the same request would be refused again",
      "InvalidParameterValue",
      "InvalidParameterCombination",
      "InvalidQueryParameter",
      "InvalidFormat",
      "MissingParameter",
      "MissingRequiredParameter",
      "Validation",
      "ValidationError",
      "RequestTooLarge",
      "RequestEntityTooLarge"),
  NOT_ALLOWED(
      Status.UNAUTHORIZED,
      "allow the agent's role cloudwatch:PutMetricData, with no condition on cloudwatch:namespace"
          + " that forbids this one, and check service control and VPC endpoint policies",
      "AccessDenied",
      "NotAuthorized",
      "Unauthorized",
      "UnauthorizedOperation",
      "OptInRequired"),
  EXPIRED(
      Status.UNAUTHORIZED,
      "the next request uses new credentials: if it persists, check their provider and the"
          + " node's clock",
      "ExpiredToken"),
  NOT_KNOWN(
      Status.UNAUTHORIZED,
      "CloudWatch does not know the credentials, or the signature does not match: check that"
          + " they belong to this partition"
          + " and region, that their role still exists, and that no proxy changes requests",
      "UnrecognizedClient",
      "InvalidClientTokenId",
      "InvalidAccessKeyId",
      "AuthFailure",
      "MissingAuthenticationToken",
      "SignatureDoesNotMatch",
      "InvalidSignature",
      "IncompleteSignature"),
  NO_REASON(
      Status.UNAUTHORIZED,
      "the answer has no reason, so a proxy may have refused the request: check HTTPS_PROXY and"
          + " NO_PROXY, then"
          + " that the agent's role is allowed cloudwatch:PutMetricData"),
  PROXY_LOGIN(Status.UNAUTHORIZED, "the proxy requires a login: check HTTPS_PROXY and NO_PROXY"),
  UNKNOWN(
      Status.RETRYABLE,
      "if it persists, check AWS_ENDPOINT_URL_CLOUDWATCH and HTTPS_PROXY: the answer may not"
          + " come from CloudWatch"),
  NO_CREDENTIALS(
      Status.UNAUTHORIZED,
      "give the agent's service account a role (EKS Pod Identity or IRSA), or let the agent use"
          + " the instance's role over the host network; either must allow"
          + " cloudwatch:PutMetricData"),
  NO_ANSWER(
      Status.RETRYABLE,
      "check the route to CloudWatch: a VPC endpoint for the service 'monitoring' and its security"
          + " group, or a NAT gateway, or HTTPS_PROXY and NO_PROXY"),
  UNKNOWN_HOST(
      Status.RETRYABLE,
      "check the region, AWS_ENDPOINT_URL_CLOUDWATCH, and that the node can resolve host names"),
  UNTRUSTED(
      Status.RETRYABLE,
      "check the node's clock, and that the runtime trusts the certificate authority of the"
          + " endpoint, or of a proxy that intercepts TLS"),
  NOT_SENT(
      Status.RETRYABLE,
      "check the region and the settings of the AWS SDK, such as AWS_ENDPOINT_URL_CLOUDWATCH");

  private final Status outcome;
  private final String remedy;
  private final List<String> codes;

  /**
   * @param codes CloudWatch's error codes of this kind, without their suffix
   */
  ErrorKind(Status outcome, String remedy, String... codes) {
    this.outcome = outcome;
    this.remedy = remedy;
    this.codes = List.of(codes);
  }

  Status outcome() {
    return outcome;
  }

  /** What to do, or what happens next. */
  String remedy() {
    return remedy;
  }

  /**
   * Whether the service's message may be shown. For a signature mismatch it contains the whole
   * signed text, with the session token.
   */
  boolean isQuotable() {
    return this != NOT_KNOWN && this != SKEWED_CLOCK;
  }

  /** Returns the kind for an exception instead of an answer. */
  static ErrorKind of(Throwable origin) {
    if (origin instanceof UnknownHostException) {
      return UNKNOWN_HOST;
    }
    if (origin instanceof SSLException) {
      return UNTRUSTED;
    }
    return origin instanceof IOException ? NO_ANSWER : NOT_SENT;
  }

  /**
   * Returns the kind for a status and an error code.
   *
   * @param code CloudWatch's error code, in the spelling of any of its protocols; empty if the
   *     answer has none, as from proxies and load balancers
   * @param throttling whether the SDK classifies the answer as throttling
   * @param skewed whether the SDK classifies the answer as clock skew and has corrected its time
   */
  static ErrorKind of(int status, String code, boolean throttling, boolean skewed) {
    String name = code.replaceFirst("(Exception|Fault)$", "");
    if (skewed) {
      return SKEWED_CLOCK;
    }
    if (throttling || name.startsWith("Throttl") || status == HttpStatusCode.THROTTLING) {
      return THROTTLED;
    }
    if (status >= HttpStatusCode.INTERNAL_SERVER_ERROR) {
      return FAULT;
    }
    if (status == HttpStatusCode.REQUEST_TOO_LONG) {
      return INVALID;
    }
    return Stream.of(values())
        .filter(kind -> kind.codes.contains(name))
        .findFirst()
        .orElseGet(() -> byStatus(status, name.isEmpty()));
  }

  /**
   * An unknown 4xx counts as transient. INVALID drops datums, but the answer may come from a
   * misconfigured proxy, or be a new code of CloudWatch. A malformed body ({@code
   * SerializationException}) is a fault of the connection, too, not of a datum. Datums that are
   * never accepted expire by age.
   */
  private static ErrorKind byStatus(int status, boolean unnamed) {
    return switch (status) {
      case HttpStatusCode.UNAUTHORIZED, HttpStatusCode.FORBIDDEN ->
          unnamed ? NO_REASON : NOT_ALLOWED;
      case 407 -> PROXY_LOGIN;
      default -> UNKNOWN;
    };
  }
}
