package io.cnimetrics.publish;

import static java.nio.charset.StandardCharsets.US_ASCII;

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
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
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

  /** The largest size of a line. A minute with all metrics is far smaller. */
  private static final int MOST_LINE_BYTES = 1 << 20;

  private static final int CHECKSUM_CHARACTERS = 8;

  private final Path file;
  private final Path replacement;
  private final FileChannel lock;
  private volatile FileChannel channel;
  private long bytes;

  private JournalFile(Path directory, FileChannel lock) throws IOException {
    this.file = directory.resolve("state");
    this.replacement = directory.resolve("state.new");
    this.lock = lock;
    this.channel = append(file);
    this.bytes = channel.size();
  }

  /**
   * Opens the file in a directory. Creates the directory and the file if they are missing.
   *
   * @param waits true to wait while another process uses the directory, false to throw an exception
   */
  static JournalFile open(Path directory, boolean waits) throws IOException {
    if (!Files.isDirectory(directory)) {
      Files.createDirectories(directory);
    }
    FileChannel lock = lock(directory, waits);
    try {
      return new JournalFile(directory, lock);
    } catch (IOException e) {
      lock.close();
      throw e;
    }
  }

  private static FileChannel lock(Path directory, boolean waits) throws IOException {
    FileChannel channel =
        FileChannel.open(
            directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      if (channel.tryLock() != null) {
        return channel;
      }
      if (waits) {
        log.warn(
            "another agent on this node holds the state directory; waiting until that agent exits:"
                + " state_dir={}",
            directory);
        channel.lock();
        return channel;
      }
    } catch (OverlappingFileLockException e) {
      // This process itself has the lock. Java cannot wait for a lock of its own process.
    } catch (IOException e) {
      channel.close();
      throw e;
    }
    channel.close();
    throw new IOException(directory + " is in use by another agent");
  }

  private static FileChannel append(Path file) throws IOException {
    return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  /**
   * Reads all entries from the first to the last.
   *
   * @return the number of unreadable lines. A last line that was only partly written is not counted
   */
  int read(Consumer<Journal.Entry> changes) throws IOException {
    int unreadable = 0;
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
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
  void replace(Iterable<Journal.Entry> changes) throws IOException {
    Files.deleteIfExists(replacement);
    FileChannel written = append(replacement);
    try {
      long size = 0;
      for (Journal.Entry change : changes) {
        size += write(written, change);
      }
      written.force(true);
      Files.move(
          replacement, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      channel.close();
      channel = written;
      bytes = size;
    } catch (IOException e) {
      written.close();
      // The disk may be full, and deleting the replacement frees space.
      Files.deleteIfExists(replacement);
      throw e;
    }
  }

  /** Forces appended changes to the disk. */
  void sync() throws IOException {
    try {
      channel.force(false);
    } catch (ClosedChannelException e) {
      // replace() has forced a new file to the disk and closed this file, or the agent is stopping.
    }
  }

  long bytes() {
    return bytes;
  }

  @Override
  public void close() throws IOException {
    channel.close();
    lock.close();
  }
}
