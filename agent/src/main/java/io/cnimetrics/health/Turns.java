package io.cnimetrics.health;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.ThreadPoolExecutor;
import org.jspecify.annotations.Nullable;

/**
 * Runs a server's exchanges with clients on a few threads, which end when there is nothing to do.
 *
 * <p>The JDK's server blocks a thread while a client dawdles over its request or its answer. Here a
 * client may do so until another one has to wait: then it is interrupted, which closes its
 * connection. The newest is served first, for the one that can be served at once stands behind any
 * crowd of slow ones.
 */
final class Turns extends ThreadPoolExecutor {
  private static final int THREADS = 4;
  private static final long STACK_BYTES = 256 << 10;

  /** How long a turn is safe; a client that is not slow needs a few milliseconds. */
  private static final long PATIENCE_NANOS = MILLISECONDS.toNanos(200);

  private static final long LOOK_EVERY_MILLIS = 50;

  /** When each thread's turn began; also the lock of what follows. */
  private final Map<Thread, Long> begun = new LinkedHashMap<>();

  private boolean watched;

  Turns() {
    super(THREADS, THREADS, 1, SECONDS, new NewestFirst(), work -> thread(work, "health"));
    allowCoreThreadTimeOut(true);
  }

  /** A thread that keeps no process alive. */
  static Thread thread(Runnable work, String name) {
    Thread thread = new Thread(null, work, name, STACK_BYTES, false);
    thread.setDaemon(true);
    return thread;
  }

  @Override
  public void execute(Runnable turn) {
    super.execute(turn);
    if (!getQueue().isEmpty()) {
      watch();
    }
  }

  @Override
  protected void beforeExecute(Thread thread, Runnable turn) {
    synchronized (begun) {
      begun.put(thread, System.nanoTime());
    }
  }

  @Override
  protected void afterExecute(Runnable turn, @Nullable Throwable thrown) {
    synchronized (begun) {
      begun.remove(Thread.currentThread());
      // An interrupt that came too late must not hit the next turn.
      Thread.interrupted();
    }
  }

  private void watch() {
    synchronized (begun) {
      if (!watched) {
        thread(this::makeRoom, "health-room").start();
        watched = true;
      }
    }
  }

  /** Runs only while someone waits. */
  private void makeRoom() {
    synchronized (begun) {
      try {
        while (!getQueue().isEmpty()) {
          begun.wait(LOOK_EVERY_MILLIS);
          interruptSlow();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } finally {
        watched = false;
      }
    }
  }

  private void interruptSlow() {
    long now = System.nanoTime();
    begun.forEach(
        (thread, began) -> {
          if (now - began >= PATIENCE_NANOS) {
            thread.interrupt();
          }
        });
  }

  private static final class NewestFirst extends LinkedBlockingDeque<Runnable> {
    @Override
    public boolean offer(Runnable turn) {
      return offerFirst(turn);
    }
  }
}
