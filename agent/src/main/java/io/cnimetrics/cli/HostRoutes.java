package io.cnimetrics.cli;

import io.cnimetrics.doctor.Probes;
import io.cnimetrics.doctor.Probes.HostRoute;
import io.cnimetrics.ipamd.HeldAddresses;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The kernel's routes to single addresses. {@code /proc} lists only the main table of IPv4. The
 * main table is enough, because it has the route to each pod.
 *
 * @param ipv4 {@code /proc/net/route}
 * @param ipv6 {@code /proc/net/ipv6_route}; a kernel without IPv6 does not have this file
 * @param interfaces {@code /proc/net/dev}
 */
record HostRoutes(Path ipv4, Path ipv6, Path interfaces) implements Probes.HostRoutes {
  private static final int IPV4_MASK = 7;
  private static final int IPV6_LENGTH = 1;
  private static final int IPV6_FLAGS = 8;
  private static final int IPV6_DEVICE = 9;

  /** {@code RTF_LOCAL} of the kernel. */
  private static final int LOCAL = 0x80000000;

  private static final List<String> LINK_LOCAL = List.of("fe8", "fe9", "fea", "feb");
  private static final String HOST_MASK = "FFFFFFFF";
  private static final String HOST_LENGTH = "80";

  /**
   * Reads both tables.
   *
   * @throws UncheckedIOException if a file cannot be read; the files exist on Linux only
   */
  @Override
  public List<HostRoute> read() {
    List<HostRoute> routes = new ArrayList<>(read(ipv4, HostRoutes::ipv4));
    if (Files.exists(ipv6)) {
      routes.addAll(read(ipv6, HostRoutes::ipv6));
    }
    return routes;
  }

  /** The line of an interface begins with its name and a colon. The two title lines do not. */
  @Override
  public List<String> devices() {
    return read(
        interfaces,
        columns ->
            Stream.of(columns[0])
                .filter(name -> name.contains(":"))
                .map(name -> name.replaceFirst(":.*", "")));
  }

  private static Stream<HostRoute> ipv4(String[] columns) {
    return columns.length > IPV4_MASK && columns[IPV4_MASK].equals(HOST_MASK)
        ? Stream.of(new HostRoute(ipv4Address(columns[1]), columns[0]))
        : Stream.empty();
  }

  private static Stream<HostRoute> ipv6(String[] columns) {
    return columns.length > IPV6_DEVICE
            && columns[IPV6_LENGTH].equals(HOST_LENGTH)
            && !isOfInterface(columns)
        ? Stream.of(new HostRoute(ipv6Address(columns[0]), columns[IPV6_DEVICE]))
        : Stream.empty();
  }

  /**
   * Whether the route leads to an interface's own address. The kernel adds such routes for the
   * link-local addresses of all interfaces, including the host's end of each pod's veth.
   */
  private static boolean isOfInterface(String[] columns) {
    boolean local = (Integer.parseUnsignedInt(columns[IPV6_FLAGS], 16) & LOCAL) != 0;
    return local || LINK_LOCAL.stream().anyMatch(columns[0]::startsWith);
  }

  private static <T> List<T> read(Path table, Function<String[], Stream<T>> parse) {
    try (Stream<String> lines = Files.lines(table)) {
      return lines.map(line -> line.strip().split("\\s+")).flatMap(parse).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The kernel prints the address as a number in host byte order. */
  private static String ipv4Address(String hex) {
    int littleEndian = Integer.parseUnsignedInt(hex, 16);
    return "%d.%d.%d.%d"
        .formatted(
            littleEndian & 0xff,
            littleEndian >>> 8 & 0xff,
            littleEndian >>> 16 & 0xff,
            littleEndian >>> 24);
  }

  private static String ipv6Address(String hex) {
    return HeldAddresses.shortest(String.join(":", hex.split("(?<=\\G.{4})")));
  }
}
