package io.cnimetrics.cloudwatch;

import io.cnimetrics.aws.NetworkFault;
import io.cnimetrics.publish.MetricSink.PutResult.Status;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import software.amazon.awssdk.http.HttpStatusCode;

/** The kinds of failures of a request. Each kind has an outcome and a remedy. */
enum ErrorKind {
  THROTTLED(
      Status.RETRYABLE,
      "all publishers in the account and region share one quota; if this error persists, raise the"
          + " quota or the publish interval"),
  FAULT(Status.RETRYABLE, "the service or a proxy has a temporary fault; the agent sends again"),
  SKEWED_CLOCK(
      Status.RETRYABLE,
      "the clock of this node is wrong; the next request is signed with the service's time; correct"
          + " the node's time synchronisation"),
  WRONG_TIMES(
      Status.RETRYABLE,
      "the clock of this node is wrong by hours or days, and CloudWatch accepts no datum with such"
          + " a time; correct the node's time synchronisation"),
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
      "ValidationError"),
  TOO_LARGE(
      Status.INVALID,
      "the agent sends the request in smaller parts; if this error persists, raise the size limit"
          + " of the proxy",
      "RequestTooLarge",
      "RequestEntityTooLarge"),
  NOT_ALLOWED(
      Status.UNAUTHORIZED,
      "allow cloudwatch:PutMetricData for the agent's role and this namespace; check conditions"
          + " on cloudwatch:namespace, service control policies and VPC endpoint policies",
      "AccessDenied",
      "NotAuthorized",
      "Unauthorized",
      "UnauthorizedOperation"),
  NOT_ENABLED(
      Status.UNAUTHORIZED,
      "the account may not use CloudWatch in this region; enable the region for the account, or"
          + " wait until AWS has verified the account",
      "OptInRequired"),
  EXPIRED(
      Status.UNAUTHORIZED,
      "the next request uses new credentials; if this error persists, check the provider of the"
          + " credentials and the node's clock",
      "ExpiredToken"),
  NOT_KNOWN(
      Status.UNAUTHORIZED,
      "CloudWatch does not know the credentials, or the signature does not match; check that the"
          + " credentials belong to this partition and region, that the role of the credentials"
          + " still exists, and that no proxy changes requests",
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
      "the answer has no reason, and a proxy may have refused the request; check HTTPS_PROXY and"
          + " NO_PROXY, and allow cloudwatch:PutMetricData for the agent's role"),
  PROXY_LOGIN(Status.UNAUTHORIZED, NetworkFault.PROXY_LOGIN),
  PROXY_REFUSES(Status.RETRYABLE, NetworkFault.PROXY_REFUSES),
  PROXY_AWAY(Status.RETRYABLE, NetworkFault.PROXY_AWAY),
  UNKNOWN(
      Status.RETRYABLE,
      "the answer may not come from CloudWatch; if this error persists, check"
          + " AWS_ENDPOINT_URL_CLOUDWATCH and HTTPS_PROXY"),
  NO_ANSWER(Status.RETRYABLE, NetworkFault.NO_ANSWER),
  UNKNOWN_HOST(Status.RETRYABLE, NetworkFault.UNKNOWN_HOST),
  UNTRUSTED(Status.RETRYABLE, NetworkFault.UNTRUSTED),
  NO_TLS(Status.RETRYABLE, NetworkFault.NO_TLS),
  NOT_SENT(
      Status.RETRYABLE,
      "check the region and the settings of the AWS SDK, such as AWS_ENDPOINT_URL_CLOUDWATCH");

  final Status outcome;

  /** The action that the user must take, or the next action of the agent. */
  final String remedy;

  private final List<String> codes;

  /**
   * @param codes CloudWatch's error codes of this kind, without the suffix Exception or Fault
   */
  ErrorKind(Status outcome, String remedy, String... codes) {
    this.outcome = outcome;
    this.remedy = remedy;
    this.codes = List.of(codes);
  }

  ErrorKind(Status outcome, NetworkFault fault) {
    this(outcome, fault.remedy("CloudWatch", "monitoring"));
  }

  /**
   * Whether the service's message may be shown. The service's message about a wrong signature
   * contains the session token, as a part of the signed text.
   */
  boolean isQuotable() {
    return this != NOT_KNOWN && this != SKEWED_CLOCK;
  }

  /** Returns the kind of a request that ended with an exception and without an answer. */
  static ErrorKind of(Throwable origin) {
    return origin instanceof IOException ? valueOf(NetworkFault.of(origin).name()) : NOT_SENT;
  }

  /**
   * Returns the kind of an answer with a status and an error code.
   *
   * @param code CloudWatch's error code in any of CloudWatch's protocols, or empty if the answer
   *     has no code. Answers of proxies and load balancers have no code
   * @param throttling whether the SDK recognises the answer as throttling
   * @param skewed whether the answer shows that the node's clock is wrong. The SDK has then
   *     corrected its time
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
      return TOO_LARGE;
    }
    return Stream.of(values())
        .filter(kind -> kind.codes.contains(name))
        .findFirst()
        .orElseGet(() -> byStatus(status, name.isEmpty()));
  }

  /**
   * The kind of an unknown 4xx status allows a retry. The kind is not INVALID, because INVALID
   * datums are dropped. The answer can come from a misconfigured proxy, or can have a new error
   * code. A malformed body ({@code SerializationException}) is a fault of the connection and not of
   * a datum. A datum that CloudWatch does not accept within two weeks is dropped.
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
