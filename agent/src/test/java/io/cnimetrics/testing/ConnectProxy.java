package io.cnimetrics.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * An HTTP proxy on a loopback port. It sends every tunnel and every request to one server, and
 * ignores the host in the request. So tests can use names that no DNS server knows.
 */
public final class ConnectProxy implements Closeable {
  private final ServerSocket listener;
  private final int target;
  private final List<String> heads = new CopyOnWriteArrayList<>();
  private volatile Optional<String> refusal = Optional.empty();
  private volatile Optional<String> login = Optional.empty();
  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          task -> {
            Thread thread = new Thread(task, "connect-proxy");
            thread.setDaemon(true);
            return thread;
          });

  /**
   * @param target the server behind the proxy, on this machine
   */
  public ConnectProxy(URI target) throws IOException {
    this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    this.target = target.getPort();
    threads.execute(this::accept);
  }

  /** Accepts only requests with this value of {@code Proxy-Authorization}. */
  public ConnectProxy requiring(String value) {
    login = Optional.of("Proxy-Authorization: " + value + "\r\n");
    return this;
  }

  /** Answers every request with this status line. */
  public ConnectProxy refusing(String statusLine) {
    refusal = Optional.of(statusLine);
    return this;
  }

  /** HOST:PORT of the proxy. */
  public String address() {
    return "127.0.0.1:" + listener.getLocalPort();
  }

  /** The heads that clients sent to the proxy. The heads inside a TLS tunnel are not visible. */
  public List<String> heads() {
    return heads;
  }

  @Override
  public void close() throws IOException {
    listener.close();
    threads.shutdownNow();
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listener.accept();
        threads.execute(() -> serve(client));
      }
    } catch (IOException e) {
      // Closed by the test.
    }
  }

  private void serve(Socket client) {
    try (client) {
      String head = head(client.getInputStream());
      heads.add(head);
      OutputStream out = client.getOutputStream();
      if (login.filter(required -> !head.contains(required)).isPresent()) {
        answer(
            out, "407 Proxy Authentication Required", "Proxy-Authenticate: Basic realm=\"p\"\r\n");
      } else if (refusal.isPresent()) {
        answer(out, refusal.get(), "");
      } else {
        forward(head, client);
      }
    } catch (IOException e) {
      // The client or the server closed the connection.
    }
  }

  private static void answer(OutputStream out, String status, String headers) throws IOException {
    out.write(
        ("HTTP/1.1 " + status + "\r\n" + headers + "Content-Length: 0\r\n\r\n")
            .getBytes(ISO_8859_1));
  }

  private void forward(String head, Socket client) throws IOException {
    try (Socket server = new Socket(InetAddress.getLoopbackAddress(), target)) {
      if (head.startsWith("CONNECT ")) {
        client.getOutputStream().write("HTTP/1.1 200 Connected\r\n\r\n".getBytes(ISO_8859_1));
      } else {
        String toOrigin = head.replaceFirst("http://[^/ ]+", "");
        server.getOutputStream().write(toOrigin.getBytes(ISO_8859_1));
      }
      threads.execute(() -> copy(client, server));
      server.getInputStream().transferTo(client.getOutputStream());
    }
  }

  private static void copy(Socket from, Socket to) {
    try {
      from.getInputStream().transferTo(to.getOutputStream());
      to.shutdownOutput();
    } catch (IOException e) {
      // The client or the server closed the connection.
    }
  }

  private static String head(InputStream in) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    while (!head.toString(ISO_8859_1).endsWith("\r\n\r\n")) {
      int next = in.read();
      if (next < 0) {
        throw new IOException("no request");
      }
      head.write(next);
    }
    return head.toString(ISO_8859_1);
  }
}
