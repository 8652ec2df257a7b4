package io.cnimetrics.chaos;

import java.time.Duration;

/** The kinds of faults. */
enum Kind {
  REFUSE,
  /** The connection ends before the request is handled. */
  RESET,
  /** The request gets no answer before the end of the fault. */
  HANG,
  /** The answer arrives slowly, byte by byte. */
  TRICKLE,
  /** The request is handled, but the connection ends before the answer. */
  LOST_ANSWER,
  /** A proxy answers with status 200 and its own page. The request is not handled. */
  PROXY_PAGE,
  TRUNCATE,
  GARBAGE,
  /** Status 200 with a wrong checksum. The request is handled. */
  WRONG_CHECKSUM,
  /** Status 200 with a header that says gzip and an uncompressed body. The request is handled. */
  FALSE_GZIP,
  /** Status 200 with a deeply nested body. The request is handled. */
  NESTED,
  /** Status 200 with a body that continues to the end of the fault. The request is handled. */
  ENDLESS,
  /** From the start of the fault, all earlier credentials are rejected. */
  EXPIRED_KEYS,
  /** Requests with more than 50 datums are rejected as too large. */
  TOO_LARGE(413, "RequestEntityTooLarge"),
  /** Requests with {@link CloudWatchService#INVALID_METRIC} are rejected as invalid. */
  INVALID_DATUM(400, "InvalidParameterValue"),
  THROTTLING(400, "ThrottlingException"),
  TOO_MANY_REQUESTS(429, ""),
  REQUEST_LIMIT(503, "RequestLimitExceeded"),
  SERVICE_UNAVAILABLE(503, "ServiceUnavailable"),
  SERVICE_FAULT(500, "InternalServiceFault"),
  INTERNAL_FAILURE(500, "InternalFailure"),
  BAD_GATEWAY(502, ""),
  /** An error with a deeply nested body. */
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
  /** SIGKILL. At the next start the last bytes of the state are missing. */
  TORN(Duration.ofSeconds(5)),
  /** SIGKILL. At the next start the state contains random bytes. */
  OVERWRITTEN(Duration.ofSeconds(5)),
  DISK_FULL(Duration.ofSeconds(60)),
  /** The disk is full, and at the end of the fault the agent is killed. */
  FULL_AND_KILLED(Duration.ofSeconds(60)),
  /** Another process removes a file, and the agent must create the file again. */
  REMOVED_STATE(Duration.ZERO),
  REMOVED_LOCK(Duration.ZERO),
  REMOVED_FILES(Duration.ZERO),
  READ_ONLY(Duration.ofSeconds(60)),
  /** SIGKILL. The disk is read-only at the next start and for some time after the start. */
  READ_ONLY_START(Duration.ofSeconds(60)),
  /** The wall clock is changed. The end of the fault undoes the change. */
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

  /** The status of the answer; 0 if the fault is not an answer with an error. */
  int status() {
    return status;
  }

  /** The error code of AWS; empty if the answer does not come from AWS. */
  String code() {
    return code;
  }

  Duration longest() {
    return longest;
  }

  /** Whether the fault ends the agent's process. The node then starts another agent. */
  boolean endsProcess() {
    return this == SIGTERM || killsProcess();
  }

  boolean killsProcess() {
    return this == SIGKILL || this == TORN || losesState();
  }

  /** Whether the next agent lacks the totals that the previous agent read. */
  boolean losesState() {
    return this == OVERWRITTEN || this == READ_ONLY_START || this == FULL_AND_KILLED;
  }

  /** The change of the clock. */
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
