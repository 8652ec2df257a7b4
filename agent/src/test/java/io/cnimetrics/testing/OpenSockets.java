package io.cnimetrics.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The sockets of a process, from Linux's {@code /proc}. */
public final class OpenSockets {
  private static final String LISTENING = "0A";

  private OpenSockets() {}

  /** The TCP ports on which the process listens, IPv4 and IPv6, and all its UDP ports. */
  public static List<Integer> ports(long pid) throws IOException {
    Set<String> inodes = inodes(pid);
    List<Integer> ports = new ArrayList<>();
    for (String table : List.of("tcp", "tcp6", "udp", "udp6")) {
      List<String> rows = Files.readAllLines(Path.of("/proc/" + pid + "/net/" + table));
      for (String row : rows.subList(1, rows.size())) {
        // number, local address, remote address, state, queues, timer, retransmits, user, …, inode
        String[] fields = row.strip().split("\\s+");
        boolean open = table.startsWith("udp") || fields[3].equals(LISTENING);
        if (open && inodes.contains(fields[9])) {
          String local = fields[1];
          ports.add(Integer.parseInt(local.substring(local.indexOf(':') + 1), 16));
        }
      }
    }
    return ports;
  }

  private static Set<String> inodes(long pid) throws IOException {
    Set<String> inodes = new HashSet<>();
    try (var files = Files.newDirectoryStream(Path.of("/proc/" + pid + "/fd"))) {
      for (Path file : files) {
        try {
          String target = Files.readSymbolicLink(file).toString();
          if (target.startsWith("socket:[")) {
            inodes.add(target.substring(8, target.length() - 1));
          }
        } catch (NoSuchFileException e) {
          // The socket was closed meanwhile.
        }
      }
    }
    return inodes;
  }
}
