package io.cnimetrics.aws;

import io.cnimetrics.snapshot.Reason;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;

/** The root cause of an SDK exception: the SDK wraps every exception that it catches. */
public record RootCause(Throwable origin) {
  /** The first I/O error among the causes, or else the exception itself. */
  public static RootCause of(Throwable e) {
    return new RootCause(first(e, IOException.class).map(Throwable.class::cast).orElse(e));
  }

  /** The first of the exception and its causes that has the type. */
  public static <T extends Throwable> Optional<T> first(Throwable e, Class<T> type) {
    return Stream.iterate(e, cause -> cause != null, Throwable::getCause)
        .filter(type::isInstance)
        .map(type::cast)
        .findFirst();
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
  public String message() {
    String message = origin.getMessage();
    if (message == null) {
      return origin.getClass().getSimpleName();
    }
    String line = message.replaceAll("\\p{Cntrl}+", " ");
    // Java's message is only the host name.
    return origin instanceof UnknownHostException ? "unknown host " + line : line;
  }
}
