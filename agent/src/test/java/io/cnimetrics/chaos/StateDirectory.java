package io.cnimetrics.chaos;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;

/** The state directory of an agent, with faults. */
final class StateDirectory {
  private static final int CHUNK_BYTES = 4_096;
  private static final int DISK_BYTES = 4 << 20;

  private final Path path;
  private boolean mounted;

  StateDirectory(Path path) throws IOException {
    this.path = Files.createDirectory(path);
  }

  Path path() {
    return path;
  }

  /** Mounts a small disk as the state directory. The user must have the right to mount. */
  void mountDiskOfItsOwn() throws IOException {
    Path image = path.resolveSibling("disk");
    try (FileChannel file =
        FileChannel.open(image, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      file.write(ByteBuffer.allocate(1), DISK_BYTES - 1);
    }
    mounted =
        Commands.succeed("mkfs.ext4", "-q", "-m", "0", "-O", "^has_journal", image.toString())
            && Commands.succeed("mount", "-o", "loop", image.toString(), path.toString());
    if (!mounted) {
      System.out.println(
          "SKIPPED: no full and no read-only disk, because this user may not mount an ext4 image");
    }
  }

  /** Whether the state directory has its own disk. */
  boolean isDisk() {
    return mounted;
  }

  /**
   * Makes the files immutable, or ends this. Ext4 rejects each write to an immutable file with
   * EPERM. A read-only mount is not possible, because the agent has a file open for writing
   * (EBUSY). On tmpfs the agent could still write to an open file.
   */
  void protect(boolean yes) throws IOException {
    if (!Commands.succeed("chattr", "-R", yes ? "+i" : "-i", path.toString())) {
      throw new IOException("cannot change the attributes of " + path);
    }
  }

  /** Fills the disk. If the disk is not mounted, writes at most 4 MiB and fails. */
  void fill() {
    try (OutputStream filler = Files.newOutputStream(filler())) {
      byte[] chunk = new byte[CHUNK_BYTES];
      for (int written = 0; written < DISK_BYTES; written += CHUNK_BYTES) {
        filler.write(chunk);
      }
    } catch (IOException e) {
      return; // The disk is full.
    }
    throw new IllegalStateException(path + " is not a disk of its own");
  }

  void free() throws IOException {
    Files.deleteIfExists(filler());
  }

  /** Whether the next agent will find a state. */
  boolean hasState() throws IOException {
    return Files.exists(file()) && Files.size(file()) > 0;
  }

  /** Whether all files of a running agent exist. A new state file is empty at first. */
  boolean isComplete() {
    try {
      return hasState() && Files.exists(lock());
    } catch (IOException e) {
      return false; // The agent replaces the file at this moment.
    }
  }

  void remove(boolean state, boolean lock) throws IOException {
    if (state) {
      Files.delete(file());
    }
    if (lock) {
      Files.delete(lock());
    }
  }

  /** Removes the last bytes of the state, as a power failure can do. */
  void tear(int bytes) throws IOException {
    try (FileChannel file = FileChannel.open(file(), StandardOpenOption.WRITE)) {
      file.truncate(Math.max(0, file.size() - bytes));
    }
  }

  void overwrite(Random random) throws IOException {
    byte[] noise = new byte[(int) Files.size(file())];
    random.nextBytes(noise);
    Files.write(file(), noise);
  }

  void close() throws IOException {
    if (mounted) {
      protect(false);
      if (!Commands.succeed("umount", path.toString())) {
        throw new IOException("cannot unmount " + path);
      }
    }
  }

  private Path file() {
    return path.resolve("state");
  }

  private Path lock() {
    return path.resolve("lock");
  }

  private Path filler() {
    return path.resolve("filler");
  }
}
