package io.cnimetrics.ipamd;

import io.cnimetrics.snapshot.Reason;
import java.util.Objects;
import java.util.regex.Pattern;

/** ipamD could not be read. The message names the address, the request and the answer. */
final class IpamdException extends RuntimeException {
  private static final int MAX_MESSAGE_CHARS = 500;

  /** These characters are removed from messages, because a quoted body could forge log lines. */
  private static final Pattern UNPRINTABLE = Pattern.compile("[\\p{C}\\p{Zl}\\p{Zp}]");

  private final Reason reason;

  IpamdException(Reason reason, String message) {
    super(oneLine(message));
    this.reason = reason;
  }

  IpamdException(Reason reason, String message, Throwable cause) {
    super(oneLine(message), cause);
    this.reason = reason;
  }

  Reason reason() {
    return reason;
  }

  @Override
  public String getMessage() {
    return Objects.requireNonNull(super.getMessage());
  }

  private static String oneLine(String message) {
    String cut =
        message.length() <= MAX_MESSAGE_CHARS
            ? message
            : message.substring(0, MAX_MESSAGE_CHARS) + "…";
    return UNPRINTABLE.matcher(cut).replaceAll("?");
  }
}
