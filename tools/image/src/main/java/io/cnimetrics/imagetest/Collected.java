package io.cnimetrics.imagetest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The used memory after the last collection, from the collector's log.
 *
 * @param heapKib heap of both generations, in KiB; 0 before the first collection
 */
record Collected(int heapKib, int metaspaceKib) {
  private static final Pattern LINE =
      Pattern.compile("(DefNew|Tenured|Metaspace): \\d+K\\(\\d+K\\)->(\\d+)K");

  static Collected in(Path log) throws IOException {
    Map<String, Integer> last = new HashMap<>();
    Matcher line = LINE.matcher(Files.readString(log));
    while (line.find()) {
      last.put(line.group(1), Integer.parseInt(line.group(2)));
    }
    int heap = last.getOrDefault("DefNew", 0) + last.getOrDefault("Tenured", 0);
    return new Collected(heap, last.getOrDefault("Metaspace", 0));
  }

  boolean any() {
    return heapKib > 0;
  }
}
