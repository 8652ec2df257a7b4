package io.cnimetrics.wiring;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The host's CPUs; the JVM reports only those that this container may use. */
final class HostCpus {
  private static final Path ONLINE = Path.of("/sys/devices/system/cpu/online");

  private HostCpus() {}

  static int count() {
    try {
      return parse(Files.readString(ONLINE).strip());
    } catch (IOException | IllegalArgumentException e) {
      return Runtime.getRuntime().availableProcessors();
    }
  }

  /** Counts the CPUs in a kernel list such as {@code 0-3,8}. */
  static int parse(String list) {
    int cpus = 0;
    for (String range : list.split(",", -1)) {
      int dash = range.indexOf('-');
      int first = Integer.parseInt(dash < 0 ? range : range.substring(0, dash));
      int last = dash < 0 ? first : Integer.parseInt(range.substring(dash + 1));
      cpus += last - first + 1;
    }
    return cpus;
  }
}
