package io.cnimetrics.publish;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes changes to disk. If the disk is full, read-only or gone, it logs one warning and the agent
 * goes on; a crash then loses unsent minutes.
 */
final class Journal implements Closeable {
  /** The largest size of the file. */
  static final long MOST_BYTES = 16L << 20;

  private static final long WORTH_REPLACING_BYTES = 1L << 20;
  private static final Logger log = LoggerFactory.getLogger(Journal.class);

  /**
   * One change of the state on disk. It is applied as a whole or not at all.
   *
   * @param state the newest state
   * @param pending minutes that are new, or have fewer values than before
   * @param gone the ids of minutes that no longer wait
   */
  record Entry(Optional<BufferState> state, List<PendingMinute> pending, List<Long> gone) {
    boolean isEmpty() {
      return state.isEmpty() && pending.isEmpty() && gone.isEmpty();
    }
  }

  private final Path directory;
  private volatile Optional<JournalFile> file = Optional.empty();
  private long bytesWhenReplaced;
  private volatile boolean failing;

  private Journal(Path directory) {
    this.directory = directory;
  }

  /** A journal that writes nothing. */
  static Journal none() {
    return new Journal(Path.of(""));
  }

  /**
   * Keeps changes in a directory; keeps nothing while the directory cannot be opened. Waits while
   * another agent holds it: two agents that send the same minutes would double every sum.
   */
  static Journal in(Path directory) {
    Journal journal = new Journal(directory);
    try {
      journal.open(true);
    } catch (IOException e) {
      journal.failing = true;
      log.warn(
          "unsent minutes are kept in memory only, and a restart loses them:"
              + " state_dir={} cause=\"{}\"; make it a directory that this user can write to;"
              + " the agent retries each minute",
          directory,
          e.toString());
    }
    return journal;
  }

  private void open(boolean waits) throws IOException {
    file = Optional.of(JournalFile.open(directory, waits));
  }

  /** Opens the directory if that failed so far; returns true if it succeeds now. */
  boolean openLate() {
    if (file.isPresent() || !failing) {
      return false;
    }
    attempt(() -> open(false));
    return file.isPresent();
  }

  /**
   * Passes on all kept changes.
   *
   * @return false if the file cannot be read to its end: then nothing is kept until it can, as if
   *     the directory could not be opened
   */
  boolean load(Consumer<Entry> changes) {
    boolean read = file.map(kept -> attempt(() -> load(kept, changes))).orElse(true);
    if (!read) {
      close();
      file = Optional.empty();
    }
    return read;
  }

  private void load(JournalFile kept, Consumer<Entry> changes) throws IOException {
    int unreadable = kept.read(changes);
    if (unreadable > 0) {
      log.warn(
          "kept state is damaged and partly lost: state_dir={} unreadable_lines={}",
          directory,
          unreadable);
    }
  }

  /**
   * Writes a change.
   *
   * @param all the whole state after this change
   */
  void keep(Entry change, Supplier<List<Entry>> all) {
    if (file.isPresent() && !failing) {
      attempt(() -> file.get().append(change));
      if (file.get().bytes()
          > Math.min(MOST_BYTES, WORTH_REPLACING_BYTES + 2 * bytesWhenReplaced)) {
        replace(all);
      }
    }
  }

  /** Forces appended changes to the disk. Other threads may keep changes at the same time. */
  void sync() {
    if (!failing) {
      file.ifPresent(kept -> attempt(kept::sync));
    }
  }

  /** Rewrites the whole file if the disk failed before. */
  void repair(Supplier<List<Entry>> all) {
    if (failing) {
      replace(all);
    }
  }

  /** Rewrites the whole file. */
  void replace(Supplier<List<Entry>> all) {
    file.ifPresent(
        kept ->
            attempt(
                () -> {
                  kept.replace(all.get());
                  bytesWhenReplaced = kept.bytes();
                  if (failing) {
                    failing = false;
                    log.info("state is kept on disk again: state_dir={}", directory);
                  }
                }));
  }

  @Override
  public void close() {
    file.ifPresent(kept -> attempt(kept::close));
  }

  private boolean attempt(Attempt attempt) {
    try {
      attempt.run();
      return true;
    } catch (IOException e) {
      if (!failing) {
        failing = true;
        log.warn(
            "state cannot be kept on disk, a restart would lose unsent minutes:"
                + " state_dir={} cause=\"{}\"; the agent retries each minute",
            directory,
            e.toString());
      }
      return false;
    }
  }

  private interface Attempt {
    void run() throws IOException;
  }
}
