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
 * Writes the changes of the buffer to disk. If the disk is full, read-only or missing, the journal
 * logs one warning and the agent continues. A crash during this time loses pending minutes.
 */
final class Journal implements Closeable {
  /** The largest size of the file, in bytes. */
  static final long MOST_BYTES = 16L << 20;

  private static final long WORTH_REPLACING_BYTES = 1L << 20;
  private static final Logger log = LoggerFactory.getLogger(Journal.class);

  /**
   * One change of the buffer. A reader applies either the whole entry or nothing.
   *
   * @param state the new state, or empty if the state has not changed
   * @param pending the pending minutes that are new or have fewer values than before
   * @param gone the ids of minutes that are no longer pending
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
   * Opens the journal of a directory. The journal writes nothing until the directory can be opened.
   * This method waits while another agent uses the directory, because two agents that send the same
   * minutes would double the sums.
   */
  static Journal in(Path directory) {
    Journal journal = new Journal(directory);
    try {
      journal.open(true);
    } catch (IOException e) {
      journal.failing = true;
      log.warn(
          "pending minutes are kept in memory only, and a restart loses these minutes:"
              + " state_dir={} cause=\"{}\"; set a directory that the agent's user can write to;"
              + " the agent retries each minute",
          directory,
          e.toString());
    }
    return journal;
  }

  private void open(boolean waits) throws IOException {
    file = Optional.of(JournalFile.open(directory, waits));
  }

  /** Tries again to open the directory if it is not open. Returns true if it is open now. */
  boolean openLate() {
    if (file.isPresent() || !failing) {
      return false;
    }
    attempt(() -> open(false));
    return file.isPresent();
  }

  /**
   * Reads all entries of the file.
   *
   * @return false if the file cannot be read to its end. In this case the journal writes nothing
   *     until {@link #openLate} opens the file again
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
          "the state on disk is damaged and partly lost: state_dir={} unreadable_lines={}",
          directory,
          unreadable);
    }
  }

  /**
   * Writes a change.
   *
   * @param all returns the whole buffer after the change, for a rewrite of a file that is too large
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

  /** Forces written changes to the disk. Another thread may call {@link #keep} at the same time. */
  void sync() {
    if (!failing) {
      file.ifPresent(kept -> attempt(kept::sync));
    }
  }

  /** Rewrites the whole file if an earlier write failed. */
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
                    log.info("the state is kept on disk again: state_dir={}", directory);
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
            "state cannot be kept on disk, and a restart would lose pending minutes:"
                + " state_dir={} cause=\"{}\"; check the disk; the agent retries each minute",
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
