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
 * Keeps changes on disk as long as the disk lets it. A disk that is full, read-only or gone costs
 * one warning and what a crash would lose; it never stops anyone.
 */
final class Journal implements Closeable {
  /** The most that the file may have. */
  static final long MOST_BYTES = 16L << 20;

  private static final long WORTH_REPLACING_BYTES = 1L << 20;
  private static final Logger log = LoggerFactory.getLogger(Journal.class);

  private final Path place;
  private volatile Optional<JournalFile> file = Optional.empty();
  private long bytesWhenReplaced;
  private volatile boolean failing;

  private Journal(Path place) {
    this.place = place;
  }

  /** Keeps nothing. */
  static Journal none() {
    return new Journal(Path.of(""));
  }

  /**
   * Keeps changes in a directory; nothing as long as that cannot be opened. Waits as long as
   * another agent is at work in it: two that send each minute would double every sum.
   */
  static Journal in(Path directory) {
    Journal keeper = new Journal(directory);
    try {
      keeper.open(true);
    } catch (IOException e) {
      keeper.failing = true;
      log.warn(
          "what is not sent yet is kept in memory only, and a restart loses it:"
              + " state_dir={} cause=\"{}\"; make it a directory that this user can write to;"
              + " it is tried again each minute",
          directory,
          e.toString());
    }
    return keeper;
  }

  private void open(boolean waits) throws IOException {
    file = Optional.of(JournalFile.open(place, waits));
  }

  /** Opens the directory if that could not be done so far, and tells whether that is new. */
  boolean opensLate() {
    if (file.isPresent() || !failing) {
      return false;
    }
    attempt(() -> open(false));
    return file.isPresent();
  }

  /**
   * Hands over all changes that were kept.
   *
   * @return false if they cannot be read to their end: then nothing is kept here until they can, as
   *     if the directory could not be opened
   */
  boolean load(Consumer<JournalEntry> changes) {
    boolean read = file.map(kept -> attempt(() -> load(kept, changes))).orElse(true);
    if (!read) {
      close();
      file = Optional.empty();
    }
    return read;
  }

  private void load(JournalFile kept, Consumer<JournalEntry> changes) throws IOException {
    int unreadable = kept.read(changes);
    if (unreadable > 0) {
      log.warn(
          "kept state is damaged and partly lost: state_dir={} unreadable_lines={}",
          place,
          unreadable);
    }
  }

  /**
   * Keeps a change.
   *
   * @param all everything as it is after this change
   */
  void keep(JournalEntry change, Supplier<List<JournalEntry>> all) {
    if (file.isPresent() && !failing) {
      attempt(() -> file.get().append(change));
      if (file.get().bytes()
          > Math.min(MOST_BYTES, WORTH_REPLACING_BYTES + 2 * bytesWhenReplaced)) {
        replace(all);
      }
    }
  }

  /** Has the disk keep what was appended; may be called while another thread keeps changes. */
  void sync() {
    if (!failing) {
      file.ifPresent(kept -> attempt(kept::sync));
    }
  }

  /** Writes everything anew if the disk failed before. */
  void mend(Supplier<List<JournalEntry>> all) {
    if (failing) {
      replace(all);
    }
  }

  /** Writes everything anew. */
  void replace(Supplier<List<JournalEntry>> all) {
    file.ifPresent(
        kept ->
            attempt(
                () -> {
                  kept.replace(all.get());
                  bytesWhenReplaced = kept.bytes();
                  if (failing) {
                    failing = false;
                    log.info("state is kept on disk again: state_dir={}", place);
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
            "state cannot be kept on disk, a restart would lose what is not sent yet:"
                + " state_dir={} cause=\"{}\"; it is tried again each minute",
            place,
            e.toString());
      }
      return false;
    }
  }

  private interface Attempt {
    void run() throws IOException;
  }
}
