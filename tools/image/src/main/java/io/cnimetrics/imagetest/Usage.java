package io.cnimetrics.imagetest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Memory, threads, files and CPU time of a process, from Linux's {@code /proc}.
 *
 * @param anonymousKib memory that is not a copy of a file; the kernel cannot drop it
 * @param fileKib pages of files, which the kernel can drop and read again
 * @param descriptors open files and sockets
 */
record Usage(
    int rssKib,
    int pssKib,
    int anonymousKib,
    int fileKib,
    int threads,
    int descriptors,
    double cpuSeconds) {

  static Usage of(long pid) {
    try {
      String memory = Files.readString(Path.of("/proc/" + pid + "/smaps_rollup"));
      String status = Files.readString(Path.of("/proc/" + pid + "/status"));
      return new Usage(
          number(memory, "Rss"),
          number(memory, "Pss"),
          number(memory, "Anonymous"),
          number(status, "RssFile") + number(status, "RssShmem"),
          number(status, "Threads"),
          descriptors(pid),
          cpuSeconds(Files.readString(Path.of("/proc/" + pid + "/stat"))));
    } catch (IOException e) {
      throw new IllegalStateException("process " + pid + " has gone", e);
    }
  }

  private static int descriptors(long pid) throws IOException {
    try (Stream<Path> open = Files.list(Path.of("/proc/" + pid + "/fd"))) {
      return (int) open.count();
    }
  }

  private static int number(String text, String name) {
    Matcher found = Pattern.compile("(?m)^" + name + ":\\s+(\\d+)").matcher(text);
    if (!found.find()) {
      throw new IllegalStateException("no " + name + " in:\n" + text);
    }
    return Integer.parseInt(found.group(1));
  }

  /** Fields 14 and 15, in 1/100 s. Field 2 may contain spaces. */
  private static double cpuSeconds(String stat) {
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / 100.0;
  }
}
