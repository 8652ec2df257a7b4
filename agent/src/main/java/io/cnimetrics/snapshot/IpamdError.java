package io.cnimetrics.snapshot;

/**
 * One kind of error that ipamD counts.
 *
 * @param family the counter, such as {@code awscni_aws_api_error_count}
 * @param call the call or the function of ipamD that failed, such as {@code CreateNetworkInterface}
 * @param code the error code of AWS; empty for a counter without codes
 */
public record IpamdError(String family, String call, String code) {
  /** Failed calls to AWS, by call and code. */
  public static final String API_ERRORS = "awscni_aws_api_error_count";

  /** Errors inside ipamD, by function. */
  public static final String FUNCTION_ERRORS = "awscni_ipamd_error_count";

  public static IpamdError ofApi(String call, String code) {
    return new IpamdError(API_ERRORS, call, code);
  }

  public static IpamdError ofFunction(String function) {
    return new IpamdError(FUNCTION_ERRORS, function, "");
  }

  /** As PromQL would select it. */
  public String key() {
    return code.isEmpty()
        ? "%s{fn=\"%s\"}".formatted(family, call)
        : "%s{api=\"%s\",error=\"%s\"}".formatted(family, call, code);
  }

  /** Such as {@code CreateNetworkInterface UnauthorizedOperation}. */
  @Override
  public String toString() {
    return code.isEmpty() ? call : call + " " + code;
  }
}
