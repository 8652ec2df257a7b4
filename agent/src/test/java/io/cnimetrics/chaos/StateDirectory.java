package io.cnimetrics.chaos;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;

/** An agent's state directory, and its faults. */
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

  /** Mounts a disk there that can be filled and protected, which needs the right to mount. */
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

  /** Whether it has its own disk. */
  boolean isDisk() {
    return mounted;
  }

  /**
   * Makes it read-only, or writable again. A disk with a file that is open for writing cannot be
   * remounted (EBUSY), and a disk that the kernel made read-only after an error stays read-only. So
   * its files become immutable: ext4 then rejects each write with EPERM instead of EROFS. (tmpfs
   * would still allow writes to open files.)
   */
  void protect(boolean yes) throws IOException {
    if (!Commands.succeed("chattr", "-R", yes ? "+i" : "-i", path.toString())) {
      throw new IOException("cannot change the attributes of " + path);
    }
  }

  /** Fills the disk. If the disk is no longer mounted, this must not fill the machine's disk. */
  void fill() {
    try (OutputStream filler = Files.newOutputStream(filler())) {
      byte[] chunk = new byte[CHUNK_BYTES];
      for (int written = 0; written < DISK_BYTES; written += CHUNK_BYTES) {
        filler.write(chunk);
      }
    } catch (IOException e) {
      return; // Full.
    }
    throw new IllegalStateException(path + " is not a disk of its own");
  }

  void free() throws IOException {
    Files.deleteIfExists(filler());
  }

  /** Whether a later agent finds a state. */
  boolean hasState() throws IOException {
    return Files.exists(file()) && Files.size(file()) > 0;
  }

  /** Whether the files of a running agent are there. The agent first makes an empty state file. */
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

  /** Removes the last bytes, as a loss of power can do. */
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
