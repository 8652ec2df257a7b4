package io.cnimetrics.health;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Runs each HTTP exchange on its own thread, at most eight at a time.
 *
 * <p>The JDK's server blocks a thread while a client is slow. Its own limit, {@code maxReqTime}, is
 * checked once a second, which is too late for a probe that waits, and a thread for each of a
 * thousand slow clients does not fit into the heap. So while a client waits, exchanges are
 * interrupted if none of them ends in time, which closes their connections.
 */
final class ClientThreads implements Executor {
  private static final int MOST_EXCHANGES = 8;
  private static final long STACK_BYTES = 256 << 10;

  /** An exchange with a fast client takes a few milliseconds. */
  private static final long WAIT_MILLIS = 20;

  /** More than one: after a pause of the whole process, fast clients must not look slow. */
  private static final int WAITS = 3;

  private final Semaphore free = new Semaphore(MOST_EXCHANGES);
  private final Set<Thread> busy = ConcurrentHashMap.newKeySet();
  private final ThreadPoolExecutor waiting =
      new ThreadPoolExecutor(0, 1, 1, SECONDS, new Queue(), ClientThreads::thread);

  /** A daemon thread: it does not keep the process alive. */
  static Thread thread(Runnable work) {
    Thread thread = new Thread(null, work, "health", STACK_BYTES, false);
    thread.setDaemon(true);
    return thread;
  }

  @Override
  public void execute(Runnable exchange) {
    if (free.tryAcquire()) {
      start(exchange);
    } else {
      waiting.execute(() -> startLater(exchange));
    }
  }

  /** Interrupts all exchanges; those that wait never start. */
  void stop() {
    waiting.shutdownNow();
    busy.forEach(Thread::interrupt);
  }

  private void startLater(Runnable exchange) {
    try {
      for (int waits = 1; !free.tryAcquire(WAIT_MILLIS, MILLISECONDS); waits++) {
        if (waits % WAITS == 0) {
          busy.forEach(Thread::interrupt);
        }
      }
      start(exchange);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void start(Runnable exchange) {
    thread(
            () -> {
              busy.add(Thread.currentThread());
              try {
                exchange.run();
              } finally {
                busy.remove(Thread.currentThread());
                free.release();
              }
            })
        .start();
  }

  /**
   * Every fourth turn is for the newest client, so that a probe does not wait behind a crowd. The
   * other turns are for the oldest, so that clients who always come back do not keep one waiting.
   */
  private static final class Queue extends LinkedBlockingDeque<Runnable> {
    private int turns;

    /** Called by one thread only. */
    @Override
    public @Nullable Runnable poll(long time, TimeUnit unit) throws InterruptedException {
      return ++turns % 4 == 0 ? pollLast(time, unit) : pollFirst(time, unit);
    }
  }
}
