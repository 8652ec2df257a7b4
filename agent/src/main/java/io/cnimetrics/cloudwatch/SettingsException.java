package io.cnimetrics.cloudwatch;

/** The SDK's own settings (variables, files) are not usable for a client. */
public final class SettingsException extends RuntimeException {
  private static final long serialVersionUID = 1;

  SettingsException(String message, Throwable cause) {
    super(message, cause);
  }
}
