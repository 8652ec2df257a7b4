package io.cnimetrics.ipamd;

import io.cnimetrics.snapshot.Reason;

/** ipamD could not be read; the message says what was asked, what came back and where. */
final class IpamdException extends RuntimeException {
  private final Reason reason;

  IpamdException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  IpamdException(Reason reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  Reason reason() {
    return reason;
  }
}
