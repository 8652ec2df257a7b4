package io.cnimetrics.aws;

/** The settings in environment variables and files of the SDK cannot be used. */
public final class SettingsException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final String fact;
  private final String remedy;

  /**
   * @param fact the variable and its value, without secrets
   * @param remedy what the operator can do
   */
  public SettingsException(String fact, String remedy) {
    super(fact + "; " + remedy);
    this.fact = fact;
    this.remedy = remedy;
  }

  public String fact() {
    return fact;
  }

  public String remedy() {
    return remedy;
  }
}
