package io.cnimetrics.aws;

import io.cnimetrics.snapshot.Reason;

/** The instance metadata service did not answer as it should; asking it more is of no use. */
final class MetadataException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final Reason reason;
  private final String whatHappened;

  /**
   * @param whatHappened what was asked and what came back
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
