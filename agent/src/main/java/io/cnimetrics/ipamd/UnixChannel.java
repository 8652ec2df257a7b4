package io.cnimetrics.ipamd;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.NANOSECONDS;

import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.concurrent.CountDownLatch;

/**
 * A blocking connection over a unix-domain socket, with timeouts.
 *
 * <p>The JDK's channels have no timeouts, so the channel is non-blocking and selectors wait. Each
 * direction has its own selector, because a selector serves one thread at a time.
 */
final class UnixChannel implements Closeable {
  private static final long BACKLOG_RETRY_MILLIS = 20;

  /** Linux's EAGAIN. The JDK throws a plain SocketException: only this message distinguishes it. */
  private static final String BACKLOG_FULL = "Resource temporarily unavailable";

  private final SocketChannel channel;
  private final Selector readable;
  private final Selector writable;
  private final Object reading = new Object();
  private final Object writing = new Object();

  private UnixChannel(SocketChannel channel, Selector readable, Selector writable) {
    this.channel = channel;
    this.readable = readable;
    this.writable = writable;
  }

  /**
   * Connects; waits if the listener's backlog is full.
   *
   * @param timeoutMillis how long to wait; 0 means no limit
   * @param closed stops the wait when counted down
   * @throws ConnectException if there is no listener, or no permission to connect
   * @throws SocketTimeoutException if the listener's backlog stayed full
   */
  static UnixChannel connect(UnixDomainSocketAddress path, int timeoutMillis, CountDownLatch closed)
      throws IOException {
    long start = System.nanoTime();
    while (true) {
      SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
      if (isConnected(channel, path)) {
        return open(channel);
      }
      // There is no event for a backlog with room again: only a new attempt shows it.
      channel.close();
      long wait = Math.min(left(start, timeoutMillis), BACKLOG_RETRY_MILLIS);
      if (wait <= 0) {
        throw new SocketTimeoutException(
            "unix:" + path + " did not accept a connection within " + timeoutMillis + " ms");
      }
      awaitRetry(closed, wait);
    }
  }

  /**
   * Reads at least one byte, or returns -1 at the end.
   *
   * @param timeoutMillis how long to wait for the first byte; 0 means no limit
   * @throws SocketTimeoutException if nothing came in time; the connection stays usable
   */
  int read(byte[] bytes, int offset, int count, int timeoutMillis) throws IOException {
    ByteBuffer target = ByteBuffer.wrap(bytes, offset, count);
    if (count == 0) {
      return 0;
    }
    synchronized (reading) {
      try {
        long start = System.nanoTime();
        int got = channel.read(target);
        while (got == 0) {
          long left = left(start, timeoutMillis);
          if (left <= 0) {
            throw new SocketTimeoutException("Read timed out");
          }
          await(readable, left);
          got = channel.read(target);
        }
        return got;
      } catch (IOException | ClosedSelectorException e) {
        throw asFromASocket(e);
      }
    }
  }

  /** Writes all bytes. As with any socket, a write has no timeout; closing the channel ends it. */
  void write(byte[] bytes, int offset, int count) throws IOException {
    ByteBuffer source = ByteBuffer.wrap(bytes, offset, count);
    synchronized (writing) {
      try {
        while (source.hasRemaining()) {
          if (channel.write(source) == 0) {
            await(writable, Long.MAX_VALUE);
          }
        }
      } catch (IOException | ClosedSelectorException e) {
        throw asFromASocket(e);
      }
    }
  }

  void shutdownInput() throws IOException {
    channel.shutdownInput();
  }

  void shutdownOutput() throws IOException {
    channel.shutdownOutput();
  }

  /** Wakes blocked threads; the file descriptors are closed when it returns. */
  @Override
  public void close() throws IOException {
    try (channel;
        readable;
        writable) {
      // The selectors are closed first: a channel stays open while it is registered.
    }
  }

  private static boolean isConnected(SocketChannel channel, UnixDomainSocketAddress path)
      throws IOException {
    try {
      channel.configureBlocking(false);
      return channel.connect(path);
    } catch (IOException e) {
      channel.close();
      if (BACKLOG_FULL.equals(e.getMessage())) {
        return false;
      }
      ConnectException refused = new ConnectException("unix:" + path + ": " + e.getMessage());
      refused.initCause(e);
      throw refused;
    }
  }

  private static UnixChannel open(SocketChannel channel) throws IOException {
    try {
      Selector readable = selector(channel, SelectionKey.OP_READ);
      try {
        return new UnixChannel(channel, readable, selector(channel, SelectionKey.OP_WRITE));
      } catch (IOException e) {
        readable.close();
        throw e;
      }
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  private static Selector selector(SocketChannel channel, int operation) throws IOException {
    Selector selector = Selector.open();
    channel.register(selector, operation);
    return selector;
  }

  private static void awaitRetry(CountDownLatch closed, long millis) throws IOException {
    try {
      if (closed.await(millis, MILLISECONDS)) {
        throw new SocketException("Socket closed");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw interrupted();
    }
  }

  private static void await(Selector selector, long millis) throws IOException {
    selector.select(millis);
    selector.selectedKeys().clear();
    if (Thread.currentThread().isInterrupted()) {
      // A selector does not wait in an interrupted thread: continuing would spin.
      throw interrupted();
    }
  }

  /** The milliseconds left, at least 1 until the timeout is over. */
  private static long left(long startNanos, int timeoutMillis) {
    if (timeoutMillis == 0) {
      return Long.MAX_VALUE;
    }
    long leftNanos = MILLISECONDS.toNanos(timeoutMillis) - (System.nanoTime() - startNanos);
    return leftNanos <= 0 ? 0 : Math.max(1, NANOSECONDS.toMillis(leftNanos));
  }

  /** The exception that a TCP socket would throw, as callers expect it. */
  private static IOException asFromASocket(Exception e) {
    if (e instanceof SocketException || e instanceof InterruptedIOException) {
      return (IOException) e;
    }
    boolean closed = e instanceof ClosedChannelException || e instanceof ClosedSelectorException;
    SocketException failed = new SocketException(closed ? "Socket closed" : e.getMessage());
    failed.initCause(e);
    return failed;
  }

  private static InterruptedIOException interrupted() {
    return new InterruptedIOException("interrupted");
  }
}
