package io.cnimetrics.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The kernel's IPv4 route table in {@code /proc/net/route}. */
final class HostRoutes {
  private static final int DESTINATION = 1;
  private static final int MASK = 7;
  private static final String HOST_MASK = "FFFFFFFF";

  private HostRoutes() {}

  /**
   * The addresses that have a host route (/32), in dotted form.
   *
   * @throws UncheckedIOException if the file cannot be read; the file exists on Linux only
   */
  static List<String> read(Path table) {
    try (Stream<String> lines = Files.lines(table)) {
      return lines
          .skip(1)
          .map(line -> line.strip().split("\\s+"))
          .filter(columns -> columns.length > MASK && columns[MASK].equals(HOST_MASK))
          .map(columns -> dotted(Integer.parseUnsignedInt(columns[DESTINATION], 16)))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The kernel prints the address as a number in host byte order. */
  private static String dotted(int littleEndian) {
    return "%d.%d.%d.%d"
        .formatted(
            littleEndian & 0xff,
            littleEndian >>> 8 & 0xff,
            littleEndian >>> 16 & 0xff,
            littleEndian >>> 24);
  }
}
