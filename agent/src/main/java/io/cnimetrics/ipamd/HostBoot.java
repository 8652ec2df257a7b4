package io.cnimetrics.ipamd;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/**
 * The boot time of this host. ipamD computes the start time of its process from this boot time.
 * Therefore both times change if the clock is set.
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
      // The boot time is unknown on other systems than Linux and in sandboxes. There the agent
      // counts a restart of ipamD if the clock is set.
      return OptionalDouble.empty();
    }
  }
}
