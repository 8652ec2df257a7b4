package io.cnimetrics.imagetest;

import java.io.IOException;
import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * Figures of a JVM from jcmd. The query must be the last measurement, because it costs the JVM a
 * thread and some memory.
 *
 * @param heapKib used by live objects and by garbage
 * @param codeKib compiled code
 */
record Machine(int heapKib, int metaspaceKib, int codeKib, int classes) {
  private static final Pattern HEAP = Pattern.compile("(?:total |committed )\\d+K, used (\\d+)K");
  private static final Pattern METASPACE = Pattern.compile("Metaspace\\s+used (\\d+)K");
  private static final Pattern CODE = Pattern.compile("(?<! max_)used=(\\d+)Kb");

  static Machine of(long pid) throws IOException {
    return new Machine(
        sum(jcmd(pid, "GC.heap_info"), HEAP),
        sum(jcmd(pid, "VM.metaspace basic"), METASPACE),
        sum(jcmd(pid, "Compiler.codecache"), CODE),
        loaded(pid));
  }

  /** Returns the summary of Native Memory Tracking, if the JVM was started with it. */
  static String nativeMemory(long pid) throws IOException {
    return jcmd(pid, "VM.native_memory summary scale=KB");
  }

  private static int loaded(long pid) throws IOException {
    return (int) jcmd(pid, "VM.class_hierarchy").lines().filter(line -> line.contains("/")).count();
  }

  private static String jcmd(long pid, String command) throws IOException {
    String program = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
    String line = program + " " + pid + " " + command;
    return Running.toItsEnd(new ProcessBuilder(line.split(" ")));
  }

  private static int sum(String text, Pattern pattern) {
    return pattern.matcher(text).results().mapToInt(Machine::first).sum();
  }

  private static int first(java.util.regex.MatchResult found) {
    return Integer.parseInt(found.group(1));
  }
}
