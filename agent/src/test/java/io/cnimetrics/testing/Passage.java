package io.cnimetrics.testing;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.HashSet;
import java.util.Set;

/**
 * Forwards connections from one address to another until {@link #close}. If either side of a
 * connection closes it, the other side is closed too.
 */
final class Passage implements Closeable {
  private final InetSocketAddress target;
  private final ServerSocket listener;
  private final Thread acceptor;
  private final Set<Socket> sockets = new HashSet<>();

  private Passage(InetSocketAddress target, ServerSocket listener) {
    this.target = target;
    this.listener = listener;
    this.acceptor = new Thread(this::accept, "gate");
  }

  static Passage open(InetSocketAddress address, InetSocketAddress target) throws IOException {
    ServerSocket listener = new ServerSocket();
    // Connections of an earlier passage may still be ending.
    listener.setReuseAddress(true);
    listener.bind(address);
    Passage passage = new Passage(target, listener);
    passage.acceptor.setDaemon(true);
    passage.acceptor.start();
    return passage;
  }

  InetSocketAddress address() {
    return (InetSocketAddress) listener.getLocalSocketAddress();
  }

  /** Frees the port and resets all connections. */
  @Override
  public synchronized void close() throws IOException {
    listener.close();
    try {
      // The kernel keeps listening until the acceptor has ended.
      acceptor.join();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    // Set on all sockets before any is closed: when one socket ends, its thread closes the other
    // socket.
    sockets.forEach(Passage::resetWhenClosed);
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listener.accept();
        inBackground(() -> connect(client));
      }
    } catch (IOException e) {
      // Closed.
    }
  }

  private void connect(Socket client) {
    Socket server = new Socket();
    try {
      keep(client);
      keep(server);
      server.connect(target);
      inBackground(() -> pass(client, server));
      pass(server, client);
    } catch (IOException e) {
      // The target does not accept connections: end the client's connection.
    } finally {
      end(client);
      end(server);
    }
  }

  private void pass(Socket from, Socket to) {
    try (from;
        to) {
      from.getInputStream().transferTo(to.getOutputStream());
    } catch (IOException e) {
      // Ended by the other direction or by close.
    }
  }

  private synchronized void keep(Socket socket) throws IOException {
    if (listener.isClosed()) {
      resetWhenClosed(socket);
      socket.close();
    }
    sockets.add(socket);
  }

  private synchronized void end(Socket socket) {
    sockets.remove(socket);
    try {
      socket.close();
    } catch (IOException e) {
      // It is not needed any more.
    }
  }

  private static void resetWhenClosed(Socket socket) {
    try {
      socket.setSoLinger(true, 0);
    } catch (SocketException e) {
      // It has just been closed by the other side.
    }
  }

  private static void inBackground(Runnable task) {
    Thread thread = new Thread(task, "gate");
    thread.setDaemon(true);
    thread.start();
  }
}
