package io.cnimetrics.aws;

/** The source of credentials gave no credentials. */
public final class CredentialsException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final boolean outage;
  private final String remedy;

  private CredentialsException(String message, boolean outage, String remedy) {
    super(message);
    this.outage = outage;
    this.remedy = remedy;
  }

  /**
   * The source cannot be reached or has a fault. A later attempt can succeed without a change of
   * the settings.
   *
   * @param fact the source and what happened, without secrets
   */
  static CredentialsException outage(String fact, String remedy) {
    return new CredentialsException(fact, true, remedy);
  }

  /**
   * STS gave no answer.
   *
   * @param origin the root cause
   */
  static CredentialsException noAnswer(String fact, Throwable origin) {
    NetworkFault fault = NetworkFault.of(origin);
    boolean outage = fault != NetworkFault.PROXY_LOGIN;
    return new CredentialsException(fact, outage, fault.remedy("STS", "sts"));
  }

  /** The source does not accept the token of the service account any more. */
  static CredentialsException expiredToken(String fact) {
    return outage(fact, "the kubelet renews the token; check the clock of the node");
  }

  /** The source answered that it gives no credentials, or no source is set up. */
  static CredentialsException refusal(String fact, String remedy) {
    return new CredentialsException(fact, false, remedy);
  }

  /** Whether a later attempt can succeed without a change of the settings. */
  public boolean isOutage() {
    return outage;
  }

  /** What the operator can do. */
  public String remedy() {
    return remedy;
  }
}
