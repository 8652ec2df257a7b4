package io.cnimetrics.simulator;

import java.time.Duration;
import java.util.Optional;
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
 */
public record Ec2Fault(String code, String call, Duration from, Duration until) {
  /** The value of {@code call} for all calls of ipamD. */
  static final String ANY_CALL = "*";

  private static final Duration NEVER = Duration.ofSeconds(Long.MAX_VALUE);
  private static final Pattern TEXT =
      Pattern.compile(
          "([A-Z][A-Za-z]+(?:\\.[A-Za-z]+)*)@([A-Z][A-Za-z0-9]+|\\*)"
              + "(?::(\\d{1,9})s?(?:-(\\d{1,9})s?)?)?");

  /** A fault that refuses all requests of the call and never ends. */
  public static Ec2Fault of(String code, String call, Duration from) {
    return new Ec2Fault(code, call, from, NEVER);
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
                time(matcher.group(4), NEVER)))
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
}
