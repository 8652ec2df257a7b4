package io.cnimetrics.simulator;

import java.time.Duration;
import java.util.Set;

/**
 * EC2, or SageMaker on a HyperPod node, refuses requests of ipamD.
 *
 * @param code the error code of the answer, such as {@code UnauthorizedOperation}
 * @param call the refused call, such as {@code CreateNetworkInterface}, or {@link #ANY_CALL}
 * @param from the model time at which the fault starts
 * @param share the share of the requests that are refused, over 0 and up to 1
 */
public record Ec2Fault(String code, String call, Duration from, double share) {
  /** Every call of ipamD. */
  public static final String ANY_CALL = "*";

  // The SDK of ipamD sends a request again if EC2 answers with one of these codes.
  private static final Set<String> RETRIED =
      Set.of("InternalError", "RequestLimitExceeded", "Throttling", "ThrottlingException");

  public Ec2Fault {
    if (!(share > 0 && share <= 1)) {
      throw new IllegalArgumentException("share %s: must be > 0 and ≤ 1".formatted(share));
    }
  }

  /** A fault of all requests of one call. */
  public static Ec2Fault of(String code, String call, Duration from) {
    return new Ec2Fault(code, call, from, 1);
  }

  boolean appliesTo(String api, Duration now) {
    return (call.equals(ANY_CALL) || call.equals(api)) && now.compareTo(from) >= 0;
  }

  boolean retried() {
    return RETRIED.contains(code);
  }
}
