package io.cnimetrics.simulator;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A fault in which EC2 refuses requests of ipamD. On a HyperPod node SageMaker can refuse requests
 * too.
 *
 * @param code the error code of the answer, such as {@code UnauthorizedOperation}
 * @param call the refused call, such as {@code CreateNetworkInterface}, or {@link #ANY_CALL}
 * @param from the model time at which the fault starts
 * @param until the model time at which the fault ends
 * @param share the share of the requests that are refused, over 0 and up to 1
 */
public record Ec2Fault(String code, String call, Duration from, Duration until, double share) {
  /** The value of {@code call} for all calls of ipamD. */
  public static final String ANY_CALL = "*";

  private static final Duration NEVER = Duration.ofSeconds(Long.MAX_VALUE);
  private static final Pattern TEXT =
      Pattern.compile(
          "([A-Z][A-Za-z]+(?:\\.[A-Za-z]+)*)@([A-Z][A-Za-z0-9]+|\\*)"
              + "(?::(\\d{1,9})s?(?:-(\\d{1,9})s?)?)?");

  // The SDK of ipamD sends a request again if EC2 answers with one of these codes.
  private static final Set<String> RETRIED =
      Set.of("InternalError", "RequestLimitExceeded", "Throttling", "ThrottlingException");

  public Ec2Fault {
    if (!(share > 0 && share <= 1)) {
      throw new IllegalArgumentException("share %s: must be > 0 and ≤ 1".formatted(share));
    }
  }

  /** A fault that refuses all requests of the call and never ends. */
  public static Ec2Fault of(String code, String call, Duration from) {
    return new Ec2Fault(code, call, from, NEVER, 1);
  }

  /**
   * Reads {@code CODE@CALL[:FROM[-TO]]}, such as {@code
   * InvalidSubnetID.NotFound@CreateNetworkInterface:600s}. FROM and TO are model seconds since the
   * start of the node. Returns empty if the text does not have this form.
   */
  public static Optional<Ec2Fault> parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    return matcher.matches()
        ? Optional.of(
            new Ec2Fault(
                matcher.group(1),
                matcher.group(2),
                time(matcher.group(3), Duration.ZERO),
                time(matcher.group(4), NEVER),
                1))
        : Optional.empty();
  }

  private static Duration time(@Nullable String seconds, Duration otherwise) {
    return seconds == null ? otherwise : Duration.ofSeconds(Long.parseLong(seconds));
  }

  boolean appliesTo(String api, Duration now) {
    return (call.equals(ANY_CALL) || call.equals(api))
        && now.compareTo(from) >= 0
        && now.compareTo(until) < 0;
  }

  boolean retried() {
    return RETRIED.contains(code);
  }
}
