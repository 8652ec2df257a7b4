package io.cnimetrics.imagetest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * {@code Footprint BUILT LIB EXECUTABLE MINUTES RUNS [--tracking] [--otlp] [NAME=OPTIONS]...}:
 * measures the native executable, the JVM image, the image's JVM options without the cache, and the
 * JDK's defaults with the jars of the distribution. {@code NAME=OPTIONS} replaces the default JVM:
 * it measures the JVM image with more options, or another executable if the options start with a
 * path. {@code --otlp} measures only the JVM image and the native executable, with and without
 * OTLP.
 *
 * <p>The agents start one after the other. No other agent starts until the last one is ready. Then
 * all agents run at the same time. Their PSS is lower than on a node, because the agents share the
 * pages of files.
 */
public final class Footprint {
  /** The first minute is not measured, because the agents are starting. */
  private static final Duration WARM_UP = Duration.ofMinutes(1);

  private Footprint() {}

  public static void main(String[] args) throws IOException {
    Path built = Path.of(args[0]);
    Duration time = Duration.ofSeconds(Math.round(60 * Double.parseDouble(args[3])));
    int runs = Integer.parseInt(args[4]);
    List<String> more = new ArrayList<>(List.of(args).subList(5, args.length));
    boolean tracking = more.remove("--tracking");
    boolean otlp = more.remove("--otlp");
    List<Variant> variants = variants(args, more, tracking, otlp);
    Table table = new Table();
    Path directory = Files.createTempDirectory("footprint");
    try (Node node = new Node(directory, built)) {
      List<Trial> trials = new ArrayList<>();
      for (int run = 0; run < runs; run++) {
        for (Variant variant : variants) {
          trials.add(Trial.start(node, variant));
        }
      }
      trials.get(0).pause(WARM_UP);
      trials.forEach(Trial::begin);
      trials.get(0).pause(time.minus(WARM_UP));
      trials.forEach(Trial::end);
      for (Trial trial : trials) {
        table.add(trial.variant().name(), trial.figures());
        if (tracking && trial.variant().onHotSpot()) {
          System.out.println(trial.variant().name() + "\n" + trial.nativeMemory());
        }
        trial.stop();
      }
    }
    table.print(System.out);
  }

  private static List<Variant> variants(
      String[] args, List<String> more, boolean tracking, boolean otlp) {
    Path built = Path.of(args[0]);
    List<Variant> variants = new ArrayList<>();
    if (more.isEmpty() && !otlp) {
      variants.add(Variant.ofDefaults(Path.of(args[1])));
      variants.add(Variant.tuned(built));
    }
    variants.add(
        Variant.ofImage("JVM image", built, tracking ? "-XX:NativeMemoryTracking=summary" : ""));
    variants.add(Variant.ofExecutable("native", args[2]));
    for (String named : more) {
      String[] parts = named.split("=", 2);
      variants.add(
          parts[1].startsWith("/")
              ? Variant.ofExecutable(parts[0], parts[1])
              : Variant.ofImage(parts[0], built, parts[1]));
    }
    return otlp
        ? variants.stream().flatMap(one -> Stream.of(one, one.withOtlp())).toList()
        : variants;
  }
}
