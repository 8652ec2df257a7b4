package io.cnimetrics.ipamd;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalDouble;

/**
 * The boot time of this host. ipamD reports the start of its process as this time plus the
 * process's start after boot, so a clock step moves both.
 */
final class HostBoot {
  private static final Path KERNEL_STATISTICS = Path.of("/proc/stat");
  private static final String BOOT_TIME = "btime ";

  private HostBoot() {}

  /** In seconds since 1970; empty if the kernel does not report it. */
  static OptionalDouble seconds() {
    return seconds(KERNEL_STATISTICS);
  }

  static OptionalDouble seconds(Path statistics) {
    try (BufferedReader lines = Files.newBufferedReader(statistics)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith(BOOT_TIME)) {
          return OptionalDouble.of(
              (double) Long.parseLong(line.substring(BOOT_TIME.length()).strip()));
        }
      }
      return OptionalDouble.empty();
    } catch (IOException | NumberFormatException e) {
      // Not Linux, or hidden by a sandbox: a step of the clock then looks like a restart.
      return OptionalDouble.empty();
    }
  }
}
