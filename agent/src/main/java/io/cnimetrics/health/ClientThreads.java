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
 * Runs a server's exchanges with its clients on a few threads, which end when there is nothing to
 * do.
 *
 * <p>The JDK's server blocks a thread while a client dawdles over its request or its answer. Here a
 * client may do so until others wait and none of them gets a turn: then all that hold one are
 * interrupted, which closes their connections.
 */
final class ClientThreads extends ThreadPoolExecutor {
  private static final int THREADS = 8;
  private static final long STACK_BYTES = 256 << 10;

  /** A turn takes a few milliseconds of a client that does not dawdle. */
  private static final int MOST_LOOKS_WITHOUT_END = 3;

  private static final long LOOK_EVERY_MILLIS = 20;

  /** The threads at a turn; also the lock of what follows. */
  private final Set<Thread> busy = new HashSet<>();

  /** Looks, not time: a pause of the whole process makes nobody slow. */
  private int looksSinceEnd;

  private boolean watched;

  ClientThreads() {
    super(THREADS, THREADS, 1, SECONDS, new Queue(), ClientThreads::thread);
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
    synchronized (busy) {
      busy.add(thread);
    }
  }

  @Override
  protected void afterExecute(Runnable turn, @Nullable Throwable thrown) {
    synchronized (busy) {
      busy.remove(Thread.currentThread());
      looksSinceEnd = 0;
      // An interrupt that came too late must not hit the next turn.
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

  /** Goes on only while someone waits. */
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
   * Gives now and then a turn to who came last: a probe does not wait for a crowd that came before
   * it. Not always, or who came first would wait as long as others keep coming.
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
