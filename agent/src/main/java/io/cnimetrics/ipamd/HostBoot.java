package io.cnimetrics.ipamd;

import io.cnimetrics.snapshot.IpamdMetrics.Boot;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * The last boot of this host. The kernel changes the time of the boot if the clock is set. ipamD
 * computes its start time from this time. Therefore both times change together.
 */
final class HostBoot {
  private static final Path PROC = Path.of("/proc");
  private static final String BOOT_TIME = "btime ";

  private HostBoot() {}

  /** Returns the boot, or empty if the kernel does not report it. */
  static Optional<Boot> read() {
    return read(PROC);
  }

  static Optional<Boot> read(Path proc) {
    try (Stream<String> lines = Files.lines(proc.resolve("stat"))) {
      return lines
          .filter(line -> line.startsWith(BOOT_TIME))
          .map(line -> Long.parseLong(line.substring(BOOT_TIME.length()).strip()))
          .map(seconds -> new Boot((double) seconds, id(proc)))
          .findFirst();
    } catch (IOException | UncheckedIOException | IllegalArgumentException e) {
      // In sandboxes and on other systems than Linux the boot is unknown. In this case the agent
      // counts a restart of ipamD when the clock is set.
      return Optional.empty();
    }
  }

  private static OptionalDouble id(Path proc) {
    try {
      String id = Files.readString(proc.resolve("sys/kernel/random/boot_id"));
      return OptionalDouble.of(UUID.fromString(id.strip()).hashCode());
    } catch (IOException | IllegalArgumentException e) {
      return OptionalDouble.empty();
    }
  }
}
