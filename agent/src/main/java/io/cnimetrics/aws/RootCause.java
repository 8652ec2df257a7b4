package io.cnimetrics.aws;

import io.cnimetrics.snapshot.Reason;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;

/** What is at the bottom of an exception of the SDK's, which wraps all it meets. */
record RootCause(Throwable origin) {
  static RootCause of(Throwable e) {
    return new RootCause(causes(e).filter(IOException.class::isInstance).findFirst().orElse(e));
  }

  static Stream<Throwable> causes(Throwable e) {
    return Stream.iterate(e, cause -> cause != null, Throwable::getCause);
  }

  /** Of all that is neither a timeout nor a broken connection: the answer is none. */
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

  /** The message, in one line. Only that of an IOException never quotes a header, so a secret. */
  String told() {
    return String.valueOf(origin.getMessage()).replaceAll("\\p{Cntrl}+", " ");
  }
}
