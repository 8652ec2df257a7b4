package io.cnimetrics.aws;

import io.cnimetrics.snapshot.Reason;
import io.cnimetrics.wire.UrlSecrets;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;

/** The root cause of an SDK exception. The SDK wraps every exception in its own exceptions. */
public record RootCause(Throwable origin) {
  /** Returns the first I/O error among the causes, or the exception itself if there is none. */
  public static RootCause of(Throwable e) {
    return new RootCause(first(e, IOException.class).map(Throwable.class::cast).orElse(e));
  }

  /** Returns the exception that has no cause. */
  static RootCause innermost(Throwable e) {
    return e.getCause() == null ? new RootCause(e) : innermost(e.getCause());
  }

  /** Returns the first exception of the type among the exception and its causes. */
  public static <T extends Throwable> Optional<T> first(Throwable e, Class<T> type) {
    return Stream.iterate(e, cause -> cause != null, Throwable::getCause)
        .filter(type::isInstance)
        .map(type::cast)
        .findFirst();
  }

  /** The reason for the problem. {@code MALFORMED} means that an answer came but cannot be used. */
  Reason reason() {
    if (origin instanceof ProxyException proxy) {
      boolean timeout = proxy.getCause() instanceof InterruptedIOException;
      return proxy.isAboutLogin() ? Reason.DENIED : timeout ? Reason.TIMEOUT : Reason.UNREACHABLE;
    }
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
   * The message in one line. Only the message of an I/O error is safe to quote, because other
   * messages can contain a header with a secret.
   */
  public String message() {
    String message = origin.getMessage();
    if (message == null) {
      return origin.getClass().getSimpleName();
    }
    String line = UrlSecrets.hiddenIn(message.replaceAll("\\p{Cntrl}+", " "));
    // The message of an UnknownHostException is the host name and the resolver's reason.
    return origin instanceof UnknownHostException
        ? "unknown host " + line.replaceFirst(": (.*)", " ($1)")
        : line;
  }
}
