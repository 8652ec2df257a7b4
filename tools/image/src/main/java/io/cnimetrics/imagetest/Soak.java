package io.cnimetrics.imagetest;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * {@code Soak BUILT HOURS}: starts the agent as in the image, with the shortest intervals. Measures
 * the agent every 10 s, and prints the growth of each figure.
 *
 * <p>Heap and metaspace are values after the last collection. They come from the collector's log,
 * because a query would cost the JVM memory.
 */
public final class Soak {
  /** Growth during the start is not measured, because it is not a leak. */
  private static final Duration WARM_UP = Duration.ofMinutes(3);

  private static final Duration BETWEEN_SAMPLES = Duration.ofSeconds(10);

  /**
   * A slope is computed from the means of this many sections of time. A confidence interval from
   * single samples would be too narrow, because neighbouring samples are similar.
   */
  private static final int BLOCKS = 20;

  private static final Duration LEAST = WARM_UP.plus(BETWEEN_SAMPLES.multipliedBy(BLOCKS));
  private static final double KIB_IN_MB = 1_000_000 / 1024.0;

  private final Map<String, List<Trend.Point>> series = new LinkedHashMap<>();

  private Soak() {}

  public static void main(String[] args) throws IOException {
    Path built = Path.of(args[0]);
    Duration time = Duration.ofSeconds(Math.round(3600 * Double.parseDouble(args[1])));
    if (time.compareTo(LEAST) < 0) {
      throw new IllegalArgumentException(
          "HOURS=%s: HOURS must be at least %.2f"
              .formatted(args[1], Math.ceil(LEAST.toSeconds() / 36.0) / 100));
    }
    Path directory = Files.createTempDirectory("soak");
    Path log = directory.resolve("gc.log");
    Variant variant =
        args.length > 2
            ? Variant.ofExecutable("native", args[2])
            : Variant.ofImage("image", built, "-Xlog:gc+heap=info,gc+metaspace=info:file=" + log);
    Soak soak = new Soak();
    try (Node node = new Node(directory, built);
        Node.Agent agent = node.start(variant.command(), List.of("--poll-interval=10s"))) {
      agent.awaitReady();
      soak.watch(agent, log, time);
      agent.process().stop();
      System.out.printf("%s, %d requests accepted%n%n", time, node.aws().cloudWatch().accepted());
    }
    soak.print(System.out);
  }

  private void watch(Node.Agent agent, Path log, Duration time) throws IOException {
    Duration next = WARM_UP;
    while (next.compareTo(time) <= 0) {
      agent.process().pause(next.minus(agent.process().sinceStart()));
      add(
          next,
          Usage.of(agent.process().pid()),
          Files.exists(log) ? Collected.in(log) : new Collected(0, 0));
      next = next.plus(BETWEEN_SAMPLES);
    }
  }

  private void add(Duration at, Usage usage, Collected collected) {
    add("RSS, MB", at, usage.rssKib() / KIB_IN_MB);
    add("anonymous, MB", at, usage.anonymousKib() / KIB_IN_MB);
    if (collected.any()) {
      add("heap after collection, MB", at, collected.heapKib() / KIB_IN_MB);
      add("metaspace, MB", at, collected.metaspaceKib() / KIB_IN_MB);
    }
    add("threads", at, usage.threads());
    add("file descriptors", at, usage.descriptors());
  }

  private void add(String name, Duration at, double value) {
    series
        .computeIfAbsent(name, key -> new ArrayList<>())
        .add(new Trend.Point(at.toSeconds() / 3600.0, value));
  }

  private void print(PrintStream out) {
    out.println("| | first | least | most | last | slope an hour | of the second half |");
    out.println("| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
    series.forEach((name, points) -> out.println(row(name, points)));
  }

  private static String row(String name, List<Trend.Point> points) {
    double[] values = points.stream().mapToDouble(Trend.Point::y).toArray();
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    boolean complete = points.size() >= BLOCKS;
    List<Trend.Point> means = complete ? means(points) : List.of();
    return "| %s | %.1f | %.1f | %.1f | %.1f | %s | %s |"
        .formatted(
            name,
            values[0],
            sorted[0],
            sorted[sorted.length - 1],
            values[values.length - 1],
            complete ? Trend.of(means) : "",
            complete ? Trend.of(means.subList(BLOCKS / 2, BLOCKS)) : "");
  }

  private static List<Trend.Point> means(List<Trend.Point> points) {
    return IntStream.range(0, BLOCKS)
        .mapToObj(
            block ->
                Trend.Point.mean(
                    points.subList(
                        block * points.size() / BLOCKS, (block + 1) * points.size() / BLOCKS)))
        .toList();
  }
}
