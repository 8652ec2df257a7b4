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
 * <p>In the JDK's server each slow client blocks a thread, and the memory is too small for a
 * thousand threads. If a client waits and no exchange ends within 60 ms, all exchanges are
 * interrupted. The server's own limit {@code maxReqTime} would be too slow for a waiting probe,
 * because the server checks it only once a second. An interrupt closes the connection.
 */
final class ClientThreads implements Executor {
  private static final int MOST_EXCHANGES = 8;
  private static final long STACK_BYTES = 256 << 10;

  /** The length of one wait. An exchange with a fast client takes a few milliseconds. */
  private static final long WAIT_MILLIS = 20;

  /** A single wait is not enough: after a pause of the whole process, all clients look slow. */
  private static final int WAITS = 3;

  private final Semaphore free = new Semaphore(MOST_EXCHANGES);
  private final Set<Thread> busy = ConcurrentHashMap.newKeySet();
  private final ThreadPoolExecutor waiting =
      new ThreadPoolExecutor(0, 1, 1, SECONDS, new Queue(), ClientThreads::thread);

  /** Creates a daemon thread, which does not keep the process alive. */
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

  /** Interrupts all running exchanges. Waiting exchanges never start. */
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
   * Every fourth call returns the newest client, so that a probe does not wait for all older
   * clients. The other calls return the oldest client, so that no client waits for ever.
   */
  private static final class Queue extends LinkedBlockingDeque<Runnable> {
    private int turns;

    /** Only one thread calls this method. */
    @Override
    public @Nullable Runnable poll(long time, TimeUnit unit) throws InterruptedException {
      return ++turns % 4 == 0 ? pollLast(time, unit) : pollFirst(time, unit);
    }
  }
}
