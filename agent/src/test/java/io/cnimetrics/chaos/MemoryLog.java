package io.cnimetrics.chaos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The resident memory (RSS) of a process over time, from Linux's {@code /proc}. */
final class MemoryLog {
  private static final Duration BETWEEN_SAMPLES = Duration.ofSeconds(10);
  private static final int PARTS = 10;
  private static final double BYTES_IN_KIB = 1024;

  private final Path status;
  private final List<Double> megabytes = new ArrayList<>();
  private final Thread sampler = new Thread(this::sample, "memory");

  private MemoryLog(long pid) {
    status = Path.of("/proc", Long.toString(pid), "status");
  }

  /** Starts to record a process. Does nothing on a system without {@code /proc}. */
  static MemoryLog of(long pid) {
    MemoryLog log = new MemoryLog(pid);
    log.sampler.setDaemon(true);
    log.sampler.start();
    return log;
  }

  private void sample() {
    try {
      while (!Thread.currentThread().isInterrupted() && Files.exists(status)) {
        add(rss());
        Thread.sleep(BETWEEN_SAMPLES.toMillis());
      }
    } catch (InterruptedException | IOException e) {
      Thread.currentThread().interrupt();
    }
  }

  private double rss() throws IOException {
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToDouble(line -> Double.parseDouble(line.replaceAll("[^0-9]", "")) * BYTES_IN_KIB / 1e6)
        .findFirst()
        .orElseThrow(() -> new IOException("no VmRSS in " + status));
  }

  private synchronized void add(double value) {
    megabytes.add(value);
  }

  void stop() {
    sampler.interrupt();
  }

  /** The mean memory in each tenth of the time until now, in MB. */
  @Override
  public synchronized String toString() {
    int count = megabytes.size();
    return IntStream.range(0, PARTS)
        .mapToObj(part -> megabytes.subList(part * count / PARTS, (part + 1) * count / PARTS))
        .filter(part -> !part.isEmpty())
        .map(part -> String.format(Locale.ROOT, "%.1f", mean(part)))
        .collect(Collectors.joining(" ", "memory of steady (RSS) in each tenth, MB: ", ""));
  }

  private static double mean(List<Double> values) {
    return values.stream().mapToDouble(value -> value).average().orElseThrow();
  }
}
