package io.cnimetrics.health;

import static java.util.concurrent.TimeUnit.SECONDS;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Handles HTTP exchanges on a few threads, which end when they are idle.
 *
 * <p>The JDK's server blocks a thread while a client is slow to send its request or to read its
 * answer. A slow client is tolerated until other clients wait and no thread becomes free: then all
 * busy threads are interrupted, which closes their connections.
 */
final class ClientThreads extends ThreadPoolExecutor {
  private static final int THREADS = 8;
  private static final long STACK_BYTES = 256 << 10;

  /** An exchange with a fast client takes a few milliseconds. */
  private static final int MOST_LOOKS_WITHOUT_END = 3;

  private static final long LOOK_EVERY_MILLIS = 20;

  /** The threads that handle an exchange; also the lock of the two fields below. */
  private final Set<Thread> busy = new HashSet<>();

  /** Counts checks, not time: a pause of the whole process must not make a client look slow. */
  private int looksSinceEnd;

  private boolean watched;

  ClientThreads() {
    super(THREADS, THREADS, 1, SECONDS, new Queue(), ClientThreads::thread);
    allowCoreThreadTimeOut(true);
  }

  /** A daemon thread: it does not keep the process alive. */
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
    synchronized (busy) {
      busy.add(thread);
    }
  }

  @Override
  protected void afterExecute(Runnable turn, @Nullable Throwable thrown) {
    synchronized (busy) {
      busy.remove(Thread.currentThread());
      looksSinceEnd = 0;
      // A late interrupt must not hit the next exchange.
      Thread.interrupted();
    }
  }

  private void watch() {
    synchronized (busy) {
      if (!watched) {
        thread(this::makeRoom).start();
        watched = true;
      }
    }
  }

  /** Runs only while a client waits. */
  private void makeRoom() {
    synchronized (busy) {
      try {
        while (!getQueue().isEmpty()) {
          busy.wait(LOOK_EVERY_MILLIS);
          look();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } finally {
        watched = false;
      }
    }
  }

  private void look() {
    looksSinceEnd = busy.size() == THREADS ? looksSinceEnd + 1 : 0;
    if (looksSinceEnd >= MOST_LOOKS_WITHOUT_END) {
      busy.forEach(Thread::interrupt);
      looksSinceEnd = 0;
    }
  }

  /**
   * Serves the newest client at every fourth turn, so that a probe does not wait behind a long
   * queue. The other turns serve the oldest client, so that no client waits for ever.
   */
  private static final class Queue extends LinkedBlockingDeque<Runnable> {
    private static final int TURNS_TO_ONE_OF_THE_LAST = 4;

    private final AtomicInteger turns = new AtomicInteger();

    @Override
    public @Nullable Runnable poll(long time, TimeUnit unit) throws InterruptedException {
      return turns.incrementAndGet() % TURNS_TO_ONE_OF_THE_LAST == 0
          ? pollLast(time, unit)
          : pollFirst(time, unit);
    }
  }
}
