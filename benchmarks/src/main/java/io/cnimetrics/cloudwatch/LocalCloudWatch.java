package io.cnimetrics.cloudwatch;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;

/**
 * A stand-in for CloudWatch on the loopback address. It accepts every request of {@code
 * PutMetricData}, and counts the received bytes.
 */
public final class LocalCloudWatch implements AutoCloseable {
  private static final Pattern LENGTH = Pattern.compile("(?im)^content-length: *([0-9]+)\r?$");

  /** An empty map in CBOR is one byte. */
  private static final byte[] TAKEN =
      ("HTTP/1.1 200 OK\r\nsmithy-protocol: rpc-v2-cbor\r\nContent-Type: application/cbor\r\n"
              + "Content-Length: 1\r\nConnection: close\r\n\r\n\u00a0")
          .getBytes(ISO_8859_1);

  private static final byte[] AWAY =
      "HTTP/1.1 503 Away\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".getBytes(US_ASCII);

  private final ServerSocket listener;
  private final Optional<LocalTls> tls;
  private volatile boolean away;
  private Traffic traffic = new Traffic(0, 0, 0, 0);

  /**
   * The received requests.
   *
   * @param headBytes request lines and headers
   * @param bodyBytes the bodies as sent, compressed or not
   * @param plainBytes the bodies after decompression
   */
  public record Traffic(long requests, long headBytes, long bodyBytes, long plainBytes) {
    public Traffic minus(Traffic before) {
      return new Traffic(
          requests - before.requests,
          headBytes - before.headBytes,
          bodyBytes - before.bodyBytes,
          plainBytes - before.plainBytes);
    }
  }

  /** Listens on a free port, without TLS. */
  public LocalCloudWatch() throws IOException {
    this(Optional.empty());
  }

  private LocalCloudWatch(Optional<LocalTls> tls) throws IOException {
    this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    this.tls = tls;
    Thread thread = new Thread(this::serve, "local-cloudwatch");
    thread.setDaemon(true);
    thread.start();
  }

  /**
   * Serves until the process is killed. The arguments are {@code [KEY_STORE resumed|new]}. With a
   * key store the server uses TLS.
   */
  public static void main(String[] args) throws IOException, InterruptedException {
    Optional<LocalTls> tls =
        args.length == 0
            ? Optional.empty()
            : Optional.of(new LocalTls(Path.of(args[0]), args[1].equals("resumed")));
    System.out.printf("local CloudWatch: %s%n", new LocalCloudWatch(tls).url());
    new CountDownLatch(1).await();
  }

  public String url() {
    return "%s://127.0.0.1:%d"
        .formatted(tls.isPresent() ? "https" : "http", listener.getLocalPort());
  }

  /** Rejects all requests from now on, or accepts them again. */
  public void setAway(boolean isAway) {
    away = isAway;
  }

  /** Returns the accepted requests. */
  public synchronized Traffic traffic() {
    return traffic;
  }

  @Override
  public void close() {
    try {
      listener.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void serve() {
    while (!listener.isClosed()) {
      try (Socket plain = listener.accept();
          Socket client = tls.isPresent() ? tls.get().on(plain) : plain) {
        Traffic request = read(new BufferedInputStream(client.getInputStream()));
        if (away) {
          client.getOutputStream().write(AWAY);
        } else {
          count(request);
          client.getOutputStream().write(TAKEN);
        }
        client.getOutputStream().flush();
      } catch (IOException e) {
        // The client closed its connection, or this server is closed.
      }
    }
  }

  private synchronized void count(Traffic request) {
    traffic =
        new Traffic(
            traffic.requests + 1,
            traffic.headBytes + request.headBytes,
            traffic.bodyBytes + request.bodyBytes,
            traffic.plainBytes + request.plainBytes);
  }

  private static Traffic read(InputStream in) throws IOException {
    String head = head(in);
    Matcher length = LENGTH.matcher(head);
    int announced = length.find() ? Integer.parseInt(length.group(1)) : 0;
    byte[] body = in.readNBytes(announced);
    if (body.length < announced) {
      throw new IOException("no whole request");
    }
    boolean zipped = head.toLowerCase(Locale.ROOT).contains("\r\ncontent-encoding: gzip\r\n");
    return new Traffic(1, head.length(), body.length, zipped ? plainBytes(body) : body.length);
  }

  private static String head(InputStream in) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream(4096);
    int last = 0;
    while (last != (('\r' << 24) | ('\n' << 16) | ('\r' << 8) | '\n')) {
      int next = in.read();
      if (next < 0) {
        throw new IOException("no request");
      }
      head.write(next);
      last = (last << 8) | next;
    }
    return head.toString(US_ASCII);
  }

  private static long plainBytes(byte[] zipped) throws IOException {
    long bytes = 0;
    byte[] some = new byte[8192];
    try (InputStream plain = new GZIPInputStream(new ByteArrayInputStream(zipped))) {
      for (int read = plain.read(some); read >= 0; read = plain.read(some)) {
        bytes += read;
      }
    }
    return bytes;
  }
}
