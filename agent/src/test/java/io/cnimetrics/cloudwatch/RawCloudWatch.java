package io.cnimetrics.cloudwatch;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads each request completely, and answers it with a script, also in ways that are not HTTP. */
final class RawCloudWatch implements Closeable {
  static final String OK = "HTTP/1.1 200 OK\r\nContent-Type: application/cbor\r\n";

  /** Answers one request; the connection is closed when it returns, unless it stays open. */
  interface Script {
    void answer(Request request) throws IOException, InterruptedException;
  }

  private static final Pattern LENGTH = Pattern.compile("(?im)^content-length: *([0-9]+)\r?$");

  private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  private final BlockingQueue<Script> scripts = new LinkedBlockingQueue<>();
  private final List<String> heads = new CopyOnWriteArrayList<>();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          task -> {
            Thread thread = new Thread(task, "raw-cloudwatch");
            thread.setDaemon(true);
            return thread;
          });

  /**
   * @param first answers the first requests, one each; those that follow are accepted
   */
  RawCloudWatch(Script... first) throws IOException {
    scripts.addAll(List.of(first));
    threads.execute(this::accept);
  }

  String url() {
    return "http://127.0.0.1:" + listener.getLocalPort();
  }

  /** The heads of all requests that came with their whole body. */
  List<String> heads() {
    return heads;
  }

  /** Forgets the scripts that are left. */
  void acceptAll() {
    scripts.clear();
  }

  @Override
  public void close() throws IOException {
    closed.countDown();
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
      // Again and again: the count of requests includes those on a connection kept open.
      while (true) {
        heads.add(read(client));
        Script script = scripts.poll();
        Request request = new Request(client);
        if (script == null) {
          request.send(OK + "Content-Length: 0\r\n\r\n");
        } else {
          script.answer(request);
          if (!request.staysOpen) {
            return;
          }
        }
      }
    } catch (IOException e) {
      // The client closed the connection, as in most tests.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static String read(Socket client) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = client.getInputStream().read();
      if (next < 0) {
        throw new IOException("no request");
      }
      head.append((char) next);
    }
    Matcher length = LENGTH.matcher(head);
    int bytes = length.find() ? Integer.parseInt(length.group(1)) : 0;
    if (client.getInputStream().readNBytes(bytes).length < bytes) {
      throw new IOException("no whole request");
    }
    return head.toString();
  }

  /** A request that was read, and its connection. */
  final class Request {
    private final Socket client;
    private boolean staysOpen;

    private Request(Socket client) {
      this.client = client;
    }

    void send(String text) throws IOException {
      client.getOutputStream().write(text.getBytes(ISO_8859_1));
    }

    void refuse(int status, String headers, byte[] body) throws IOException {
      send(
          "HTTP/1.1 %d No\r\n%sContent-Length: %d\r\n\r\n".formatted(status, headers, body.length));
      client.getOutputStream().write(body);
    }

    /** Reads another request from this connection. */
    void stayOpen() {
      staysOpen = true;
    }

    void reset() throws IOException {
      client.setSoLinger(true, 0);
      client.close();
    }

    /** Sends nothing until the client closes the connection. */
    void hang() throws IOException {
      client.getInputStream().read();
    }

    /** Sends a text again and again, slowly, until the test ends or the client closes. */
    void trickle(String text) throws IOException, InterruptedException {
      while (!closed.await(50, TimeUnit.MILLISECONDS)) {
        send(text);
      }
    }
  }
}
