package io.cnimetrics.aws;

import io.cnimetrics.snapshot.Reason;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;

/** The root cause of an SDK exception: the SDK wraps every exception that it catches. */
record RootCause(Throwable origin) {
  static RootCause of(Throwable e) {
    return new RootCause(causes(e).filter(IOException.class::isInstance).findFirst().orElse(e));
  }

  static Stream<Throwable> causes(Throwable e) {
    return Stream.iterate(e, cause -> cause != null, Throwable::getCause);
  }

  /** The reason: timeout, broken connection, or otherwise an answer that cannot be used. */
  Reason reason() {
    if (origin instanceof InterruptedIOException) {
      return Reason.TIMEOUT;
    }
    return origin instanceof SocketException
            || origin instanceof UnknownHostException
            || origin instanceof SSLException
        ? Reason.UNREACHABLE
        : Reason.MALFORMED;
  }

  boolean isIo() {
    return origin instanceof IOException;
  }

  /**
   * The message, in one line. Only the message of an IOException is safe to quote: others can
   * contain a header with a secret.
   */
  String message() {
    return String.valueOf(origin.getMessage()).replaceAll("\\p{Cntrl}+", " ");
  }
}
