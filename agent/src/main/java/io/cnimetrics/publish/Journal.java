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
 * logs one warning and the agent continues. If a write fails, the journal discards the file.
 * Otherwise a later agent would send minutes of the outdated file a second time. Without the file a
 * crash loses pending minutes.
 */
final class Journal implements Closeable {
  /** The size in bytes above which the file is rewritten. Only one more line fits above it. */
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
  private boolean loaded;
  private long bytesWhenReplaced;

  /** Whether a write failed. A later agent must not continue from a file that lacks changes. */
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
      journal.file = Optional.of(JournalFile.open(directory, true));
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

  /**
   * Opens the directory if it is not open, or if another process has removed the lock file.
   *
   * @return true if the directory is open now but its file was not read yet
   * @throws JournalFile.InUseException if another agent uses the directory
   */
  boolean reopen() throws JournalFile.InUseException {
    Optional<JournalFile> unlocked = file.filter(kept -> !kept.isLocked());
    if (unlocked.isPresent()) {
      removed("lock");
      failing = true;
      file = Optional.empty();
    }
    if (file.isPresent() || !failing) {
      return false;
    }
    try {
      file = Optional.of(JournalFile.open(directory, false));
    } catch (JournalFile.InUseException e) {
      throw e;
    } catch (IOException e) {
      // The next call tries again. If the file was never open, its failure is logged already.
      if (unlocked.isPresent()) {
        warn(e, "lose pending minutes");
      }
    } finally {
      // The old lock is released last. An agent that waits for the old lock then finds the new
      // lock.
      unlocked.ifPresent(this::close);
    }
    return file.isPresent() && !loaded;
  }

  private void removed(String name) {
    log.warn(
        "another process removed or replaced a file of the running agent, or made it unreadable;"
            + " the agent writes the file again, and retries each minute: state_dir={} file={}",
        directory,
        name);
  }

  /**
   * Reads all entries of the file.
   *
   * @return false if the file cannot be read to its end. In this case the journal writes nothing
   *     until {@link #reopen} opens the file again
   */
  boolean load(Consumer<Entry> changes) {
    if (file.isEmpty()) {
      return true;
    }
    JournalFile kept = file.get();
    try {
      load(kept, changes);
      loaded = true;
      return true;
    } catch (IOException e) {
      failed(e, "lose pending minutes");
      close(kept);
      file = Optional.empty();
      return false;
    }
  }

  private void load(JournalFile kept, Consumer<Entry> changes) throws IOException {
    if (kept.bytes() > MOST_BYTES + JournalFile.MOST_LINE_BYTES) {
      log.warn(
          "the state on disk is larger than any state of an agent and is discarded: state_dir={}"
              + " bytes={}",
          directory,
          kept.bytes());
      return;
    }
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
   * @param all returns the whole buffer after the change. The file is rewritten with this content
   *     if the file is too large or an append fails
   */
  void keep(Entry change, Supplier<List<Entry>> all) {
    if (file.isEmpty() || failing) {
      return;
    }
    JournalFile kept = file.get();
    boolean appended = true;
    try {
      kept.append(change);
    } catch (IOException e) {
      appended = false;
    }
    if (!appended
        || kept.bytes() > Math.min(MOST_BYTES, WORTH_REPLACING_BYTES + 2 * bytesWhenReplaced)) {
      replace(all);
    }
  }

  /** Forces written changes to the disk. Another thread may call {@link #keep} at the same time. */
  void sync() {
    Optional<JournalFile> kept = file;
    if (kept.isPresent() && !failing) {
      try {
        kept.get().sync();
      } catch (IOException e) {
        failed(e, "lose pending minutes");
      }
    }
  }

  /** Rewrites the whole file if an earlier write failed, or if another process removed the file. */
  void repair(Supplier<List<Entry>> all) {
    boolean gone = !failing && file.filter(kept -> !kept.isInPlace()).isPresent();
    if (gone) {
      removed("state");
    }
    if (gone || failing) {
      replace(all);
    }
  }

  /**
   * Rewrites the whole file. If the write fails, discards the file, because its content is
   * outdated.
   */
  void replace(Supplier<List<Entry>> all) {
    if (file.isEmpty()) {
      return;
    }
    JournalFile kept = file.get();
    List<Entry> entries = all.get();
    try {
      replace(kept, entries);
      bytesWhenReplaced = kept.bytes();
      if (failing) {
        failing = false;
        log.info("the state is kept on disk again: state_dir={}", directory);
      }
    } catch (IOException e) {
      failed(
          e,
          kept.discard()
              ? "lose pending minutes"
              : "continue from an outdated state and count increases twice");
    }
  }

  /** If the disk has no room for a second file, overwrites the old entries. */
  private static void replace(JournalFile kept, List<Entry> entries) throws IOException {
    try {
      kept.replace(entries);
    } catch (IOException e) {
      if (!kept.isInPlace()) {
        throw e;
      }
      kept.rewrite(entries);
    }
  }

  /** Closes the file. Nothing is written later, because the next agent may use the directory. */
  @Override
  public void close() {
    file.ifPresent(this::close);
    file = Optional.empty();
    failing = false;
  }

  private void close(JournalFile kept) {
    try {
      kept.close();
    } catch (IOException e) {
      failed(e, "lose pending minutes");
    }
  }

  private void failed(IOException cause, String consequence) {
    if (!failing) {
      failing = true;
      warn(cause, consequence);
    }
  }

  private void warn(IOException cause, String consequence) {
    log.warn(
        "state cannot be kept on disk, and a restart would {}: state_dir={} cause=\"{}\"; check"
            + " the disk; the agent retries each minute",
        consequence,
        directory,
        cause.toString());
  }
}
