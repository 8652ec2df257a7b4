package io.cnimetrics.ipamd;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.Closeable;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** A listener on a unix-domain socket whose answers a test writes byte by byte. */
final class UnixServer implements Closeable {
  /** Serves one connection, which is closed when it returns. */
  interface Conversation {
    void with(SocketChannel client) throws IOException, InterruptedException;
  }

  private final ServerSocketChannel listener;
  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          task -> {
            Thread thread = new Thread(task, "unix-server");
            thread.setDaemon(true);
            return thread;
          });
  private final AtomicInteger connections = new AtomicInteger();

  private UnixServer(ServerSocketChannel listener) {
    this.listener = listener;
  }

  static UnixServer listen(Path path, Conversation conversation) throws IOException {
    UnixServer server = new UnixServer(ServerSocketChannel.open(StandardProtocolFamily.UNIX));
    server.listener.bind(UnixDomainSocketAddress.of(path));
    server.threads.execute(() -> server.accept(conversation));
    return server;
  }

  /** How many connections were accepted. */
  int connections() {
    return connections.get();
  }

  /** Reads up to the end of a request's head; false if the client went away instead. */
  static boolean readRequest(SocketChannel client) throws IOException {
    StringBuilder head = new StringBuilder();
    ByteBuffer one = ByteBuffer.allocate(1);
    while (head.indexOf("\r\n\r\n") < 0) {
      if (client.read(one.clear()) < 0) {
        return false;
      }
      head.append((char) one.get(0));
    }
    return true;
  }

  static void send(SocketChannel client, String text) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(US_ASCII));
    while (bytes.hasRemaining()) {
      client.write(bytes);
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    threads.shutdownNow();
  }

  private void accept(Conversation conversation) {
    try {
      while (true) {
        SocketChannel client = listener.accept();
        connections.incrementAndGet();
        threads.execute(() -> serve(client, conversation));
      }
    } catch (IOException e) {
      // Closed by the test.
    }
  }

  private static void serve(SocketChannel client, Conversation conversation) {
    try (client) {
      conversation.with(client);
    } catch (IOException e) {
      // The client left, as some tests want.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
