package io.cnimetrics.aws;

/** The settings in environment variables and files of the SDK cannot be used. */
public final class SettingsException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /**
   * @param message the variable, its value without secrets, and the remedy
   */
  public SettingsException(String message) {
    super(message);
  }
}
