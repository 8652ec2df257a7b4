package io.cnimetrics.publish;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.zip.CRC32;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file with one journal entry in each line. A line has a checksum, a space and JSON. A write
 * appends one line or replaces the whole file. Only the method {@link #sync} is thread-safe.
 */
final class JournalFile implements Closeable {
  private static final Logger log = LoggerFactory.getLogger(JournalFile.class);

  /** The largest size of a line. A line with all metrics of one request is smaller. */
  static final int MOST_LINE_BYTES = 1 << 18;

  private static final String LOCK = "lock";
  private static final int CHECKSUM_CHARACTERS = 8;

  private final Path file;
  private final Path replacement;
  private final Lock lock;
  private volatile FileChannel channel;
  private Optional<Object> key;
  private long bytes;

  private JournalFile(Path directory, Lock lock) throws IOException {
    this.file = directory.resolve("state");
    this.replacement = directory.resolve("state.new");
    this.lock = lock;
    this.channel = open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    this.key = key(file);
    this.bytes = channel.size();
  }

  /** Another process has the lock of the directory. */
  static final class InUseException extends IOException {
    private static final long serialVersionUID = 1;

    private InUseException(Path directory) {
      super(directory + " is in use by another agent");
    }
  }

  /**
   * Opens the file in a directory. Creates the directory and the file if they are missing.
   *
   * @param waits true to wait while another process uses the directory, false to throw an exception
   */
  static JournalFile open(Path directory, boolean waits) throws IOException {
    if (Files.isSymbolicLink(directory)) {
      throw new IOException(
          directory + " is a symbolic link: set --state-dir to the directory itself");
    }
    if (!Files.isDirectory(directory)) {
      Files.createDirectories(directory);
    }
    Lock lock = lock(directory, waits);
    try {
      return new JournalFile(directory, lock);
    } catch (IOException e) {
      lock.channel().close();
      throw e;
    }
  }

  /**
   * Opens a regular file. Refuses symbolic links and named pipes. A named pipe would block until
   * another process opens its other end.
   */
  private static FileChannel open(Path file, StandardOpenOption... options) throws IOException {
    if (Files.exists(file, NOFOLLOW_LINKS) && !Files.isRegularFile(file, NOFOLLOW_LINKS)) {
      throw new IOException(file + " is not a regular file: remove it");
    }
    Set<OpenOption> all = new HashSet<>(List.of(options));
    all.add(NOFOLLOW_LINKS);
    return FileChannel.open(file, all);
  }

  /** The key of the file at a path. Another file has another key. Empty if there is no file. */
  private static Optional<Object> key(Path path) {
    try {
      return Optional.ofNullable(
          Files.readAttributes(path, BasicFileAttributes.class, NOFOLLOW_LINKS).fileKey());
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** The lock of a directory. The lock holds as long as the channel is open. */
  private record Lock(Path path, FileChannel channel, Optional<Object> key) {
    boolean isInPlace() {
      return key.equals(JournalFile.key(path));
    }
  }

  /** Whether another process uses the directory. */
  static boolean isInUse(Path directory) {
    try (FileChannel lock = open(directory.resolve(LOCK), StandardOpenOption.WRITE)) {
      return lock.tryLock() == null;
    } catch (IOException e) {
      return false;
    }
  }

  private static Lock lock(Path directory, boolean waits) throws IOException {
    Path path = directory.resolve(LOCK);
    while (true) {
      Lock lock =
          new Lock(
              path, open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE), key(path));
      try {
        await(lock.channel(), directory, waits);
      } catch (IOException e) {
        lock.channel().close();
        throw e;
      }
      // During the wait, another process can have removed this lock file and locked a new one.
      if (lock.isInPlace()) {
        return lock;
      }
      lock.channel().close();
    }
  }

  private static void await(FileChannel channel, Path directory, boolean waits) throws IOException {
    try {
      if (channel.tryLock() != null) {
        return;
      }
    } catch (OverlappingFileLockException e) {
      // This process itself has the lock. Java cannot wait for a lock of its own process.
      throw new IOException(directory + " is in use by this process", e);
    }
    if (!waits) {
      throw new InUseException(directory);
    }
    log.warn(
        "another agent on this node holds the state directory; waiting until that agent exits:"
            + " state_dir={}",
        directory);
    channel.lock();
  }

  /** Whether the file that this agent locked is still in place. If not, a second agent can run. */
  boolean isLocked() {
    return lock.isInPlace();
  }

  /** Whether a later agent would find the file that this agent writes. */
  boolean isInPlace() {
    return key.equals(key(file));
  }

  /**
   * Reads all entries from the first to the last.
   *
   * @return the number of unreadable lines. A last line that was only partly written does not count
   */
  int read(Consumer<Journal.Entry> changes) throws IOException {
    int unreadable = 0;
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file, NOFOLLOW_LINKS))) {
      ByteArrayOutputStream line = new ByteArrayOutputStream();
      for (int next = in.read(); next >= 0; next = in.read()) {
        if (next != '\n') {
          if (line.size() <= MOST_LINE_BYTES) {
            line.write(next);
          }
        } else {
          unreadable += readLine(line.toByteArray(), changes) ? 0 : 1;
          line.reset();
        }
      }
    } catch (NoSuchFileException e) {
      return 0;
    }
    return unreadable;
  }

  private static boolean readLine(byte[] line, Consumer<Journal.Entry> changes) {
    int json = CHECKSUM_CHARACTERS + 1;
    if (line.length < json
        || !checksum(line, json).equals(new String(line, 0, CHECKSUM_CHARACTERS, US_ASCII))) {
      return false;
    }
    try {
      changes.accept(JournalFormat.read(line, json, line.length - json));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static String checksum(byte[] bytes, int from) {
    CRC32 crc = new CRC32();
    crc.update(bytes, from, bytes.length - from);
    return "%08x".formatted(crc.getValue());
  }

  void append(Journal.Entry change) throws IOException {
    bytes += write(channel, change);
  }

  private static int write(FileChannel to, Journal.Entry change) throws IOException {
    byte[] json = JournalFormat.write(change);
    ByteBuffer line = ByteBuffer.allocate(CHECKSUM_CHARACTERS + 2 + json.length);
    line.put((checksum(json, 0) + " ").getBytes(US_ASCII)).put(json).put((byte) '\n').flip();
    int length = line.remaining();
    while (line.hasRemaining()) {
      to.write(line);
    }
    return length;
  }

  /** Replaces the whole file. After a failure the file has either all old or all new entries. */
  void replace(List<Journal.Entry> changes) throws IOException {
    Files.deleteIfExists(replacement);
    FileChannel written =
        open(replacement, StandardOpenOption.CREATE_NEW, StandardOpenOption.APPEND);
    try {
      long size = writeAll(written, changes);
      Files.move(
          replacement, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      channel.close();
      channel = written;
      key = key(file);
      bytes = size;
    } catch (IOException e) {
      written.close();
      // If the disk is full, deleting the replacement frees space.
      Files.deleteIfExists(replacement);
      throw e;
    }
  }

  /**
   * Empties the file and writes it again. A full disk often has room for the new entries, because
   * the old entries are removed first. The file must be {@link #isInPlace in place}. After a
   * failure the file has some of the new entries.
   */
  void rewrite(List<Journal.Entry> changes) throws IOException {
    channel.truncate(0);
    bytes = writeAll(channel, changes);
  }

  /**
   * Empties or deletes the file, so that no later agent continues from outdated entries.
   *
   * @return false if a later agent can still read the entries
   */
  boolean discard() {
    try {
      channel.truncate(0);
      return true;
    } catch (IOException e) {
      return isInPlace() && delete();
    }
  }

  private boolean delete() {
    try {
      Files.delete(file);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static long writeAll(FileChannel to, List<Journal.Entry> changes) throws IOException {
    long size = 0;
    for (Journal.Entry change : changes) {
      size += write(to, change);
    }
    to.force(true);
    return size;
  }

  void sync() throws IOException {
    try {
      channel.force(false);
    } catch (ClosedChannelException e) {
      // The agent is stopping, or replace() has closed this file and forced a new one to the disk.
    }
  }

  long bytes() {
    return bytes;
  }

  @Override
  public void close() throws IOException {
    channel.close();
    lock.channel().close();
  }
}
