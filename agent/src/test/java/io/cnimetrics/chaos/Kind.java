package io.cnimetrics.chaos;

import java.time.Duration;

/** The kinds of faults. */
enum Kind {
  REFUSE,
  /** The connection ends before the request is handled. */
  RESET,
  /** There is no answer until the fault ends. */
  HANG,
  /** The answer comes byte by byte. */
  TRICKLE,
  /** The request is handled, but the connection ends before the answer. */
  LOST_ANSWER,
  /** Status 200 with the page of a proxy; nothing was done. */
  PROXY_PAGE,
  TRUNCATE,
  GARBAGE,
  /** Status 200 with a wrong checksum. The request is handled. */
  WRONG_CHECKSUM,
  /** Status 200 with a body that is not compressed as the headers say. The request is handled. */
  FALSE_GZIP,
  /** Status 200 with a body of many levels. The request is handled. */
  NESTED,
  /** Status 200 with a body that ends only with the fault. The request is handled. */
  ENDLESS,
  /** All credentials that were issued before are rejected from now on. */
  EXPIRED_KEYS,
  /** Requests of more than 50 datums are rejected as too large. */
  TOO_LARGE(413, "RequestEntityTooLarge"),
  /** Requests with a certain metric are rejected as invalid. */
  INVALID_DATUM(400, "InvalidParameterValue"),
  THROTTLING(400, "ThrottlingException"),
  TOO_MANY_REQUESTS(429, ""),
  REQUEST_LIMIT(503, "RequestLimitExceeded"),
  SERVICE_UNAVAILABLE(503, "ServiceUnavailable"),
  SERVICE_FAULT(500, "InternalServiceFault"),
  INTERNAL_FAILURE(500, "InternalFailure"),
  BAD_GATEWAY(502, ""),
  /** An error with a body of many levels. */
  NESTED_FAULT(500, "InternalFailure"),
  PROXY_LOGIN(407, ""),
  ACCESS_DENIED(403, "AccessDeniedException"),
  NOT_AUTHORIZED(401, "NotAuthorized"),
  UNAUTHORIZED_OPERATION(403, "UnauthorizedOperation"),
  OPT_IN_REQUIRED(403, "OptInRequired"),
  EXPIRED_TOKEN(403, "ExpiredTokenException"),
  UNKNOWN_CLIENT(403, "UnrecognizedClientException"),
  BAD_SIGNATURE(403, "SignatureDoesNotMatch"),
  AUTH_FAILURE(401, "AuthFailure"),
  REQUEST_EXPIRED(400, "RequestExpired"),
  REQUEST_TIMEOUT(408, "RequestTimeoutException"),
  MALFORMED(400, "SerializationException"),
  UNAUTHORIZED(401, ""),
  NO_SUCH_HOST,
  SIGTERM(Duration.ofSeconds(12)),
  SIGKILL(Duration.ofSeconds(12)),
  SIGSTOP(Duration.ofSeconds(90)),
  IPAMD_RESTART(Duration.ZERO),
  /** SIGKILL; the last bytes of the state are missing at the next start. */
  TORN(Duration.ofSeconds(5)),
  /** SIGKILL; the state is random bytes at the next start. */
  OVERWRITTEN(Duration.ofSeconds(5)),
  DISK_FULL(Duration.ofSeconds(60)),
  /** The disk is full, and the agent is killed at the end of this time. */
  FULL_AND_KILLED(Duration.ofSeconds(60)),
  /** Another process removes a file, and the agent must make it again. */
  REMOVED_STATE(Duration.ZERO),
  REMOVED_LOCK(Duration.ZERO),
  REMOVED_FILES(Duration.ZERO),
  READ_ONLY(Duration.ofSeconds(60)),
  /** SIGKILL; the disk is read-only at the next start and for some time after it. */
  READ_ONLY_START(Duration.ofSeconds(60)),
  /** The wall clock is stepped, and stepped back at the end of the fault. */
  AHEAD_2S,
  BACK_2S,
  AHEAD_90S,
  BACK_90S,
  AHEAD_1H,
  BACK_1H;

  private final int status;
  private final String code;
  private final Duration longest;

  Kind() {
    this(0, "");
  }

  Kind(Duration longest) {
    this(0, "", longest);
  }

  Kind(int status, String code) {
    this(status, code, Duration.ofSeconds(30));
  }

  Kind(int status, String code, Duration longest) {
    this.status = status;
    this.code = code;
    this.longest = longest;
  }

  /** Status of the answer; 0 if the fault is not a status. */
  int status() {
    return status;
  }

  /** AWS's error code; empty if the answer is not from AWS. */
  String code() {
    return code;
  }

  Duration longest() {
    return longest;
  }

  /** Whether it ends the agent's process, so that another one is started. */
  boolean endsProcess() {
    return this == SIGTERM || killsProcess();
  }

  boolean killsProcess() {
    return this == SIGKILL || this == TORN || losesState();
  }

  /** Whether the next agent does not know the counters' values that the agent before it read. */
  boolean losesState() {
    return this == OVERWRITTEN || this == READ_ONLY_START || this == FULL_AND_KILLED;
  }

  /** The size of the clock step. */
  Duration step() {
    return switch (this) {
      case AHEAD_2S -> Duration.ofSeconds(2);
      case BACK_2S -> Duration.ofSeconds(-2);
      case AHEAD_90S -> Duration.ofSeconds(90);
      case BACK_90S -> Duration.ofSeconds(-90);
      case AHEAD_1H -> Duration.ofHours(1);
      case BACK_1H -> Duration.ofHours(-1);
      default -> Duration.ZERO;
    };
  }
}
