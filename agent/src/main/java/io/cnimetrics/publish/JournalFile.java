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
 * Changes in a file, one a line: a checksum, a space, JSON. It is only ever appended to, or
 * replaced as a whole. Not safe for use by several threads, {@link #sync} apart.
 */
final class JournalFile implements Closeable {
  private static final Logger log = LoggerFactory.getLogger(JournalFile.class);

  /** What one change may have: far above a minute with all metrics. */
  private static final int MOST_LINE_BYTES = 1 << 20;

  private static final int CHECKSUM_CHARACTERS = 8;

  private final Path file;
  private final Path replacement;
  private final FileChannel lock;
  private volatile FileChannel channel;
  private long bytes;

  private JournalFile(Path file, Path replacement, FileChannel lock, FileChannel channel)
      throws IOException {
    this.file = file;
    this.replacement = replacement;
    this.lock = lock;
    this.channel = channel;
    this.bytes = channel.size();
  }

  /**
   * Opens the file of a directory, or makes it.
   *
   * @param waits as long as another process has it open, which otherwise is an error
   */
  static JournalFile open(Path directory, boolean waits) throws IOException {
    if (!Files.isDirectory(directory)) {
      Files.createDirectories(directory);
    }
    FileChannel lock = lock(directory, waits);
    try {
      Path file = directory.resolve("state");
      FileChannel channel = append(file);
      return new JournalFile(file, directory.resolve("state.new"), lock, channel);
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
            "another agent of this node is at work and has the state directory: this one waits"
                + " until that has ended: state_dir={}",
            directory);
        channel.lock();
        return channel;
      }
    } catch (OverlappingFileLockException e) {
      // The same as a lock of another process, but that it cannot be waited for.
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
   * Reads all changes, in order.
   *
   * @return how many lines were unreadable; an unfinished last one, as a kill leaves it, is none
   */
  int read(Consumer<JournalEntry> changes) throws IOException {
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

  private static boolean readLine(byte[] line, Consumer<JournalEntry> changes) {
    int json = CHECKSUM_CHARACTERS + 1;
    if (line.length < json
        || !checksum(line, json).equals(new String(line, 0, CHECKSUM_CHARACTERS, US_ASCII))) {
      return false;
    }
    try {
      changes.accept(JournalReader.read(line, json, line.length - json));
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

  void append(JournalEntry change) throws IOException {
    bytes += write(channel, change);
  }

  private static int write(FileChannel to, JournalEntry change) throws IOException {
    byte[] json = JournalWriter.bytes(change);
    ByteBuffer line = ByteBuffer.allocate(CHECKSUM_CHARACTERS + 2 + json.length);
    line.put((checksum(json, 0) + " ").getBytes(US_ASCII)).put(json).put((byte) '\n').flip();
    int length = line.remaining();
    while (line.hasRemaining()) {
      to.write(line);
    }
    return length;
  }

  /** Replaces all that was written before; whatever happens, one of the two is there. */
  void replace(Iterable<JournalEntry> changes) throws IOException {
    Files.deleteIfExists(replacement);
    FileChannel written = append(replacement);
    try {
      long size = 0;
      for (JournalEntry change : changes) {
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
      // On a full disk each byte of it is missing elsewhere.
      Files.deleteIfExists(replacement);
      throw e;
    }
  }

  /** Has the disk itself keep what was appended. */
  void sync() throws IOException {
    try {
      channel.force(false);
    } catch (ClosedChannelException e) {
      // Replaced meanwhile, and the replacement is on the disk; or interrupted, at the very end.
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
