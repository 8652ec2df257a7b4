package io.cnimetrics.chaos;

import static io.cnimetrics.chaos.Kind.*;

import java.util.List;

/** The places where faults occur, each with its kinds of faults. */
enum Edge {
  CLOUDWATCH(
      REFUSE,
      RESET,
      HANG,
      TRICKLE,
      LOST_ANSWER,
      PROXY_PAGE,
      WRONG_CHECKSUM,
      FALSE_GZIP,
      NESTED,
      ENDLESS,
      TOO_LARGE,
      INVALID_DATUM,
      THROTTLING,
      TOO_MANY_REQUESTS,
      SERVICE_UNAVAILABLE,
      SERVICE_FAULT,
      NESTED_FAULT,
      INTERNAL_FAILURE,
      BAD_GATEWAY,
      ACCESS_DENIED,
      NOT_AUTHORIZED,
      OPT_IN_REQUIRED,
      EXPIRED_TOKEN,
      UNKNOWN_CLIENT,
      BAD_SIGNATURE,
      REQUEST_EXPIRED,
      REQUEST_TIMEOUT,
      MALFORMED),
  /** All requests to CloudWatch go through a proxy. */
  PROXY(
      REFUSE,
      RESET,
      HANG,
      TRICKLE,
      LOST_ANSWER,
      PROXY_PAGE,
      PROXY_LOGIN,
      BAD_GATEWAY,
      SERVICE_UNAVAILABLE),
  NAMES(NO_SUCH_HOST),
  POD_IDENTITY(
      REFUSE, RESET, HANG, TRICKLE, SERVICE_FAULT, NESTED_FAULT, ACCESS_DENIED, NESTED, ENDLESS),
  STS(
      REFUSE,
      RESET,
      HANG,
      TRICKLE,
      SERVICE_FAULT,
      NESTED_FAULT,
      THROTTLING,
      ACCESS_DENIED,
      NESTED,
      ENDLESS),
  IMDS(REFUSE, RESET, HANG, TRICKLE, SERVICE_FAULT, UNAUTHORIZED, EXPIRED_KEYS),
  EC2(
      REFUSE,
      RESET,
      HANG,
      REQUEST_LIMIT,
      INTERNAL_FAILURE,
      UNAUTHORIZED_OPERATION,
      AUTH_FAILURE,
      BAD_GATEWAY),
  INTROSPECTION(
      REFUSE,
      RESET,
      HANG,
      TRICKLE,
      TRUNCATE,
      GARBAGE,
      NESTED,
      ENDLESS,
      SERVICE_FAULT,
      IPAMD_RESTART),
  METRICS(REFUSE, RESET, HANG, TRICKLE, TRUNCATE, GARBAGE, NESTED, ENDLESS, SERVICE_FAULT),
  PROCESS(SIGTERM, SIGKILL, SIGSTOP),
  /** The state file lacks its last bytes when the next agent starts. */
  STATE_FILE(TORN),
  /** The next agent finds no usable state. */
  STATE_LOSS(OVERWRITTEN, READ_ONLY_START),
  STATE_DISK(DISK_FULL, READ_ONLY, FULL_AND_KILLED),
  /** Another process removes files of the running agent. */
  STATE_REMOVED(REMOVED_STATE, REMOVED_LOCK, REMOVED_FILES),
  CLOCK(AHEAD_2S, BACK_2S, AHEAD_90S, BACK_90S, AHEAD_1H, BACK_1H);

  private final List<Kind> kinds;

  Edge(Kind... kinds) {
    this.kinds = List.of(kinds);
  }

  List<Kind> kinds() {
    return kinds;
  }

  /** Whether the fault can keep the agent from reading an answer of ipamD. */
  boolean isOfReading() {
    return this == INTROSPECTION || this == METRICS || isOfProcess();
  }

  /** Whether the fault concerns the agent's process or state. */
  boolean isOfProcess() {
    return this == PROCESS || this == STATE_FILE || this == STATE_LOSS;
  }

  /** Whether the fault can keep the agent from sending. */
  boolean isOfSending() {
    return switch (this) {
      case CLOUDWATCH, PROXY, NAMES, POD_IDENTITY, STS, IMDS, EC2 -> true;
      default -> false;
    };
  }
}
