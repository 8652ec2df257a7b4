package io.cnimetrics.chaos;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;

/** Where an agent keeps its state, and what can happen to it. */
final class StateDirectory {
  private static final int CHUNK_BYTES = 4_096;

  private final Path path;
  private boolean mounted;

  StateDirectory(Path path) throws IOException {
    this.path = Files.createDirectory(path);
  }

  Path path() {
    return path;
  }

  /** Gives it a disk that can be filled; that takes the right to mount one. */
  void mountDiskOfItsOwn() throws IOException {
    mounted = run("mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", path.toString());
    if (!mounted) {
      System.out.println("SKIPPED: no full disk, because this user may not mount a tmpfs");
    }
  }

  /** Takes all room that is left; nothing without a disk of its own. */
  void fill() throws IOException {
    if (!mounted) {
      return;
    }
    try (OutputStream filler = Files.newOutputStream(filler())) {
      for (byte[] chunk = new byte[CHUNK_BYTES]; chunk.length > 0; ) {
        filler.write(chunk);
      }
    } catch (IOException e) {
      // Full.
    }
  }

  void free() throws IOException {
    Files.deleteIfExists(filler());
  }

  /** Cuts the last bytes off, as a machine does that loses its power. */
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
    if (mounted && !run("umount", path.toString())) {
      throw new IOException("cannot unmount " + path);
    }
  }

  private Path file() {
    return path.resolve("state");
  }

  private Path filler() {
    return path.resolve("filler");
  }

  private static boolean run(String... command) throws IOException {
    return new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start()
            .onExit()
            .join()
            .exitValue()
        == 0;
  }
}
