package io.cnimetrics.cloudwatch;

import io.cnimetrics.publish.PutResult.Status;
import java.util.Optional;
import java.util.Set;
import software.amazon.awssdk.http.HttpStatusCode;

/** Why a request was answered with something else than success, and what that means. */
enum ErrorKind {
  THROTTLED(
      Status.RETRYABLE,
      "the quota of the account and region is shared by all who publish: if it lasts, raise the"
          + " quota or the publish interval"),
  FAULT(Status.RETRYABLE, "a fault of the service or of a proxy on the way, which passes"),
  SKEWED_CLOCK(
      Status.RETRYABLE,
      "this node's clock is off: the next request is signed with the service's time; mend the"
          + " node's time synchronisation"),
  INVALID(Status.INVALID, "the same request would never pass"),
  NOT_ALLOWED(
      Status.UNAUTHORIZED,
      "allow the agent's role cloudwatch:PutMetricData, with no condition on cloudwatch:namespace"
          + " that forbids this one, and check service control and VPC endpoint policies"),
  EXPIRED(
      Status.UNAUTHORIZED,
      "new credentials are fetched for the next request: if it lasts, check who provides them and"
          + " the node's clock"),
  NOT_KNOWN(
      Status.UNAUTHORIZED,
      "the credentials are not known here, or do not fit: check that they belong to this partition"
          + " and region, that their role still exists, and that no proxy changes requests"),
  NO_REASON(
      Status.UNAUTHORIZED,
      "no reason is given, so it may be a proxy that forbids it: check HTTPS_PROXY and NO_PROXY, then"
          + " that the agent's role is allowed cloudwatch:PutMetricData"),
  PROXY_LOGIN(Status.UNAUTHORIZED, "the proxy wants a login: check HTTPS_PROXY and NO_PROXY"),
  UNKNOWN(
      Status.RETRYABLE,
      "if it lasts, check AWS_ENDPOINT_URL_CLOUDWATCH and HTTPS_PROXY: it may not be CloudWatch that"
          + " answers");

  private static final Set<String> INVALID_CODES =
      Set.of(
          "InvalidParameterValue",
          "InvalidParameterCombination",
          "InvalidQueryParameter",
          "InvalidFormat",
          "MissingParameter",
          "MissingRequiredParameter",
          "Validation",
          "ValidationError",
          "RequestTooLarge",
          "RequestEntityTooLarge");

  private static final Set<String> NOT_ALLOWED_CODES =
      Set.of(
          "AccessDenied",
          "NotAuthorized",
          "Unauthorized",
          "UnauthorizedOperation",
          "OptInRequired");

  private static final Set<String> NOT_KNOWN_CODES =
      Set.of(
          "UnrecognizedClient",
          "InvalidClientTokenId",
          "InvalidAccessKeyId",
          "AuthFailure",
          "MissingAuthenticationToken",
          "SignatureDoesNotMatch",
          "InvalidSignature",
          "IncompleteSignature");

  private final Status outcome;
  private final String remedy;

  ErrorKind(Status outcome, String remedy) {
    this.outcome = outcome;
    this.remedy = remedy;
  }

  Status outcome() {
    return outcome;
  }

  /** What a person can do, or may expect. */
  String remedy() {
    return remedy;
  }

  /**
   * Whether the service's words may be shown. Of a signature that does not match it shows all that
   * should have been signed, the session's token too.
   */
  boolean isQuotable() {
    return this != NOT_KNOWN && this != SKEWED_CLOCK;
  }

  /**
   * What lies behind a status and a code.
   *
   * @param code CloudWatch's, in the spelling of any of its protocols; empty where the answer names
   *     none, as those of proxies and load balancers
   * @param throttling whether the SDK takes it for throttling
   * @param skewed whether the SDK takes it for the fault of a clock, and has put its own right
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
    if (INVALID_CODES.contains(name) || status == HttpStatusCode.REQUEST_TOO_LONG) {
      return INVALID;
    }
    return byName(name).orElseGet(() -> byStatus(status, name.isEmpty()));
  }

  private static Optional<ErrorKind> byName(String name) {
    if (name.equals("ExpiredToken")) {
      return Optional.of(EXPIRED);
    }
    if (NOT_KNOWN_CODES.contains(name)) {
      return Optional.of(NOT_KNOWN);
    }
    return NOT_ALLOWED_CODES.contains(name) ? Optional.of(NOT_ALLOWED) : Optional.empty();
  }

  /**
   * A 4xx that nothing else is known of is taken to pass. INVALID has datums dropped, and who
   * answers may be a proxy that is set up wrongly today, or CloudWatch with a code of tomorrow; a
   * malformed body ({@code SerializationException}) is the fault of the way, too, not of a datum.
   * What never passes leaves by its age.
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
