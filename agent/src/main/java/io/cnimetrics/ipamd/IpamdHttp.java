package io.cnimetrics.ipamd;

import static io.cnimetrics.snapshot.Reason.BAD_STATUS;
import static io.cnimetrics.snapshot.Reason.MALFORMED;
import static io.cnimetrics.snapshot.Reason.TIMEOUT;
import static io.cnimetrics.snapshot.Reason.TOO_LARGE;
import static io.cnimetrics.snapshot.Reason.UNREACHABLE;
import static java.util.concurrent.TimeUnit.MILLISECONDS;

import io.cnimetrics.wire.LimitedSocket;
import io.cnimetrics.wire.ReceiveLimit;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.ProtocolException;
import java.net.Proxy;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import okhttp3.Call;
import okhttp3.ConnectionSpec;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import okio.Buffer;
import okio.ForwardingSource;
import okio.Okio;
import okio.Source;

/**
 * Sends requests to one port of ipamD, over TCP or a unix socket. Each request has its own
 * connection, because ipamD closes an idle connection after 5 s, long before the next poll.
 */
final class IpamdHttp {
  /** The time limit of one request, from connecting to the last byte of the body. */
  static final Duration CALL_TIMEOUT = Duration.ofSeconds(5);

  /** The maximum size of a body after decompression. */
  static final long MAX_BODY_BYTES = 64L << 20;

  /**
   * The maximum number of bytes of the answer outside the body: headers, chunk extensions, trailers
   * and the header of gzip. OkHttp holds these bytes in memory. ipamD sends about 200 bytes of
   * headers.
   */
  static final int MAX_OTHER_BYTES = 32 * 1024;

  /** The limit of a connection. It is longer than any call, because each call has its own limit. */
  private static final Duration LONGEST_CONNECTION = Duration.ofMinutes(1);

  /** Okio's message for a body that is not gzip contains the first two bytes of the body. */
  private static final Pattern NOT_GZIP = Pattern.compile("ID1ID2: actual (0x[0-9a-f]+) .*");

  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(1);

  private final OkHttpClient client;
  private final HttpUrl base;
  private final URI address;
  private final boolean unix;
  private final long maxBodyBytes;
  private volatile ReceiveLimit received = limit();
  private Optional<Instant> date = Optional.empty();

  /**
   * @param address {@code http://host:port} with an optional path, or {@code unix:/path}
   */
  IpamdHttp(URI address) {
    this(address, MAX_BODY_BYTES);
  }

  IpamdHttp(URI address, long maxBodyBytes) {
    this.address = address;
    this.unix = address.getScheme().equals("unix");
    this.client =
        new OkHttpClient.Builder()
            // Without this setting OkHttp loads all TLS authorities into memory.
            .connectionSpecs(List.of(ConnectionSpec.CLEARTEXT))
            .connectTimeout(CONNECT_TIMEOUT)
            .readTimeout(CALL_TIMEOUT)
            .writeTimeout(CALL_TIMEOUT)
            .proxy(Proxy.NO_PROXY)
            .followRedirects(false)
            .fastFallback(false)
            .socketFactory(
                new UnconnectedSockets() {
                  @Override
                  public Socket createSocket() throws IOException {
                    return socket();
                  }
                })
            .build();
    this.base = HttpUrl.get(unix ? "http://127.0.0.1/" : address.toString());
    this.maxBodyBytes = maxBodyBytes;
  }

  private Socket socket() throws IOException {
    received = limit();
    return unix
        ? new UnixSocket(Path.of(address.getPath()), received)
        : new LimitedSocket(received);
  }

  private static ReceiveLimit limit() {
    return new ReceiveLimit(MAX_OTHER_BYTES, LONGEST_CONNECTION);
  }

  /**
   * Requests a path below the base address and reads the whole body.
   *
   * @param path such as {@code v1/enis}; empty for the base address itself
   * @throws IpamdException for every failure. The caller must then discard what the reader stored
   */
  <T> T get(String path, Duration limit, BodyReader<T> reader) {
    HttpUrl url = path.isEmpty() ? base : base.newBuilder().addPathSegments(path).build();
    String shown =
        unix ? "unix:%s, %s".formatted(address.getPath(), url.encodedPath()) : url.toString();
    Call call =
        client.newCall(new Request.Builder().url(url).header("Connection", "close").build());
    long deadline = System.nanoTime() + limit.toNanos();
    call.timeout().timeout(limit.toMillis(), MILLISECONDS);
    try (Response response = execute(call, limit)) {
      date = Optional.ofNullable(response.headers().getInstant("Date"));
      if (response.code() != 200) {
        throw new IpamdException(BAD_STATUS, "status " + response.code());
      }
      return read(bounded(response.body().source(), deadline), limit, reader);
    } catch (IpamdException e) {
      throw new IpamdException(e.reason(), shown + ": " + e.getMessage(), e);
    } catch (IllegalArgumentException | IllegalStateException e) {
      // OkHttp throws these exceptions for an invalid answer, such as a negative length.
      throw new IpamdException(MALFORMED, shown + ": not HTTP: " + e.getMessage(), e);
    }
  }

  /** The date of the last answer, by ipamD's clock, in whole seconds; empty if it had no date. */
  Optional<Instant> date() {
    return date;
  }

  void abort() {
    client.dispatcher().cancelAll();
  }

  private static Response execute(Call call, Duration limit) {
    try {
      return call.execute();
    } catch (InterruptedIOException e) {
      throw new IpamdException(
          TIMEOUT, "no answer within %s (%s)".formatted(seconds(limit), e.getMessage()), e);
    } catch (ProtocolException e) {
      throw new IpamdException(MALFORMED, "not HTTP: " + e.getMessage(), e);
    } catch (ReceiveLimit.ExceededException e) {
      throw new IpamdException(MALFORMED, "not HTTP: " + besidesTheBody(e), e);
    } catch (UnknownHostException e) {
      throw new IpamdException(UNREACHABLE, "unknown host", e);
    } catch (SocketException | ClosedChannelException e) {
      throw new IpamdException(UNREACHABLE, cause(e), e);
    } catch (IOException e) {
      throw isEndBeforeAnyByte(e)
          ? new IpamdException(UNREACHABLE, "the connection was closed without an answer", e)
          : new IpamdException(MALFORMED, "not HTTP, or cut short: " + cause(e), e);
    }
  }

  /**
   * Whether the connection ended before any byte of the answer. Okio then reports {@code limit=0}.
   * A unix socket reports {@code Broken pipe} if ipamD did not read the request.
   */
  private static boolean isEndBeforeAnyByte(IOException e) {
    return cause(e).contains("limit=0 ") || cause(e).equals("Broken pipe");
  }

  private static <T> T read(InputStream stream, Duration limit, BodyReader<T> reader) {
    try (stream) {
      return readToTheEnd(stream, reader);
    } catch (BodyTooLargeException e) {
      throw new IpamdException(TOO_LARGE, cause(e), e);
    } catch (ReceiveLimit.ExceededException e) {
      throw new IpamdException(TOO_LARGE, besidesTheBody(e), e);
    } catch (InterruptedIOException e) {
      throw new IpamdException(TIMEOUT, "the body did not end within " + seconds(limit), e);
    } catch (SocketException | ClosedChannelException e) {
      throw new IpamdException(UNREACHABLE, "failed in the middle of the body: " + cause(e), e);
    } catch (IOException e) {
      throw new IpamdException(MALFORMED, broken(cause(e)), e);
    }
  }

  /**
   * Limits the size and the time of a body. OkHttp's timeout does not include the time between two
   * reads.
   */
  private InputStream bounded(Source body, long deadlineNanos) {
    Source bounded =
        new ForwardingSource(body) {
          private long readBytes;

          @Override
          public long read(Buffer target, long most) throws IOException {
            long read = super.read(target, most);
            if (read > 0) {
              readBytes += read;
              received.renew();
            }
            if (readBytes > maxBodyBytes) {
              throw new BodyTooLargeException(maxBodyBytes);
            }
            if (System.nanoTime() - deadlineNanos > 0) {
              throw new InterruptedIOException("timeout");
            }
            return read;
          }
        };
    return Okio.buffer(bounded).inputStream();
  }

  private static String besidesTheBody(ReceiveLimit.ExceededException e) {
    return e.getMessage() + " of headers, chunk extensions or trailers";
  }

  private static String broken(String message) {
    Matcher notGzip = NOT_GZIP.matcher(message);
    return notGzip.matches()
        ? "the Content-Encoding is gzip, but the body is not gzip; the body begins with "
            + notGzip.group(1)
        : "the body was cut short: " + message;
  }

  /**
   * Reads the rest of a body after an error in its text. If the body is cut short, the exception
   * reports the cut and not the error in the text.
   */
  private static <T> T readToTheEnd(InputStream body, BodyReader<T> reader) throws IOException {
    try {
      return reader.read(body);
    } catch (IpamdException e) {
      body.transferTo(OutputStream.nullOutputStream());
      throw e;
    }
  }

  /** Returns the innermost message, because OkHttp's outer message repeats the address. */
  private static String cause(IOException e) {
    Throwable innermost = e;
    while (innermost.getCause() != null) {
      innermost = innermost.getCause();
    }
    if (innermost instanceof ClosedChannelException) {
      return "connection closed";
    }
    String message = innermost.getMessage();
    return message == null ? innermost.getClass().getSimpleName() : message;
  }

  private static String seconds(Duration limit) {
    return String.format(Locale.ROOT, "%.1f s", limit.toMillis() / 1000.0);
  }

  /** Reads a body to its end, or throws an {@link IpamdException} if the text is wrong. */
  @FunctionalInterface
  interface BodyReader<T> {
    T read(InputStream body) throws IOException;
  }

  private static final class BodyTooLargeException extends IOException {
    BodyTooLargeException(long maxBytes) {
      super(String.format(Locale.ROOT, "the body has more than %,d bytes", maxBytes));
    }
  }
}
