package io.cnimetrics.ipamd;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** A server on a loopback port that reads requests properly and answers whatever a test writes. */
final class RawServer implements Closeable {
  /** Answers one request; the connection is closed when it returns. */
  interface Answer {
    void to(Request request) throws IOException, InterruptedException;
  }

  private final ServerSocket listener;
  private final Answer answer;
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          task -> {
            Thread thread = new Thread(task, "raw-server");
            thread.setDaemon(true);
            return thread;
          });

  RawServer(Answer answer) throws IOException {
    this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    this.answer = answer;
    threads.execute(this::accept);
  }

  /** One that answers every request with the same bytes. */
  static RawServer answering(String bytes) throws IOException {
    return new RawServer(request -> request.send(bytes));
  }

  URI address() {
    return URI.create("http://127.0.0.1:" + listener.getLocalPort());
  }

  /** The paths asked for so far. */
  List<String> asked() {
    return asked;
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
      Request request = new Request(client, readHead(client));
      asked.add(request.path());
      answer.to(request);
    } catch (IOException e) {
      // The client left, as many tests want.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static String readHead(Socket client) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = client.getInputStream().read();
      if (next < 0) {
        throw new IOException("no request");
      }
      head.append((char) next);
    }
    return head.toString();
  }

  /** What was asked, and the way back. */
  final class Request {
    private final Socket client;
    private final String head;

    private Request(Socket client, String head) {
      this.client = client;
      this.head = head;
    }

    String head() {
      return head;
    }

    String path() {
      return head.substring(head.indexOf(' ') + 1, head.indexOf(" HTTP/"));
    }

    void send(String text) throws IOException {
      send(text.getBytes(ISO_8859_1));
    }

    void send(byte[] bytes) throws IOException {
      client.getOutputStream().write(bytes);
    }

    /** Sends a body whose end is the connection's. */
    void ok(byte[] body) throws IOException {
      send("HTTP/1.1 200 OK\r\n\r\n");
      send(body);
    }

    /** Ends the connection by a reset. */
    void reset() throws IOException {
      client.setSoLinger(true, 0);
      client.close();
    }

    /** Says nothing until the test is over. */
    void hang() throws InterruptedException {
      closed.await();
    }

    /** Lets time go by; false when the test is over. */
    boolean pause(long millis) throws InterruptedException {
      return !closed.await(millis, TimeUnit.MILLISECONDS);
    }
  }
}
