package io.cnimetrics.aws;

import io.cnimetrics.snapshot.Reason;

/** The instance metadata service did not answer as expected; more requests are useless. */
final class MetadataException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final Reason reason;
  private final String whatHappened;

  /**
   * @param whatHappened the request and the answer
   */
  MetadataException(Reason reason, String whatHappened, Throwable cause) {
    super(whatHappened, cause);
    this.reason = reason;
    this.whatHappened = whatHappened;
  }

  Reason reason() {
    return reason;
  }

  String whatHappened() {
    return whatHappened;
  }
}
