package io.cnimetrics.ipamd;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/**
 * The boot time of this host. The kernel changes this time if the clock is set. ipamD computes its
 * start time from the boot time. Therefore both times change together.
 */
final class HostBoot {
  private static final Path KERNEL_STATISTICS = Path.of("/proc/stat");
  private static final String BOOT_TIME = "btime ";

  private HostBoot() {}

  /** Returns the boot time in seconds since 1970, or empty if the kernel does not report it. */
  static OptionalDouble seconds() {
    return seconds(KERNEL_STATISTICS);
  }

  static OptionalDouble seconds(Path statistics) {
    try (Stream<String> lines = Files.lines(statistics)) {
      return lines
          .filter(line -> line.startsWith(BOOT_TIME))
          .mapToDouble(line -> (double) Long.parseLong(line.substring(BOOT_TIME.length()).strip()))
          .findFirst();
    } catch (IOException | UncheckedIOException | NumberFormatException e) {
      // In sandboxes and on other systems than Linux the boot time is unknown. In this case the
      // agent counts a restart of ipamD when the clock is set.
      return OptionalDouble.empty();
    }
  }
}
