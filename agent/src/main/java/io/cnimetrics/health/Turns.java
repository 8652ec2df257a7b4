package io.cnimetrics.health;

import static java.util.concurrent.TimeUnit.SECONDS;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import org.jspecify.annotations.Nullable;

/**
 * Runs a server's exchanges with its clients on a few threads, which end when there is nothing to
 * do.
 *
 * <p>The JDK's server blocks a thread while a client dawdles over its request or its answer. Here a
 * client may do so until others have to wait: then it is interrupted, which closes its connection.
 */
final class Turns extends ThreadPoolExecutor {
  private static final int THREADS = 4;
  private static final long STACK_BYTES = 256 << 10;

  /** While someone waits, a turn seen this often is slow; others need a few milliseconds. */
  private static final int SLOW_AFTER_LOOKS = 3;

  private static final long LOOK_EVERY_MILLIS = 10;

  /**
   * How often each thread was seen at its turn; also the lock of what follows. Looks, not time: a
   * pause of the whole process makes nobody slow.
   */
  private final Map<Thread, Integer> looks = new HashMap<>();

  private boolean watched;

  Turns() {
    super(THREADS, THREADS, 1, SECONDS, new LinkedBlockingQueue<>(), Turns::thread);
    allowCoreThreadTimeOut(true);
  }

  /** A thread that keeps no process alive. */
  static Thread thread(Runnable work) {
    Thread thread = new Thread(null, work, "health", STACK_BYTES, false);
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
    synchronized (looks) {
      looks.put(thread, 0);
    }
  }

  @Override
  protected void afterExecute(Runnable turn, @Nullable Throwable thrown) {
    synchronized (looks) {
      looks.remove(Thread.currentThread());
      // An interrupt that came too late must not hit the next turn.
      Thread.interrupted();
    }
  }

  private void watch() {
    synchronized (looks) {
      if (!watched) {
        thread(this::makeRoom).start();
        watched = true;
      }
    }
  }

  /** Goes on only while someone waits. */
  private void makeRoom() {
    synchronized (looks) {
      try {
        while (!getQueue().isEmpty()) {
          looks.wait(LOOK_EVERY_MILLIS);
          looks.replaceAll((thread, before) -> before + 1);
          looks.forEach(Turns::interruptIfSlow);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } finally {
        watched = false;
      }
    }
  }

  private static void interruptIfSlow(Thread thread, int seen) {
    if (seen >= SLOW_AFTER_LOOKS) {
      thread.interrupt();
    }
  }
}
