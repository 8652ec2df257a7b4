package io.cnimetrics.ipamd;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Locale;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Runs {@link DecodeBenchmark} on this JDK and prints one line for each body and compiler. */
public final class DecodeTable {
  private static final String ALLOCATED = "gc.alloc.rate.norm";
  private static final String LINE = "%-22s %10s  %-11s %9s  %s%n";

  private DecodeTable() {}

  public static void main(String[] args) throws RunnerException {
    System.out.printf("decoding on JDK %s, median of 10 s:%n", Runtime.version());
    System.out.printf(LINE, "body", "bytes", "compilers", "MB/s", "allocated bytes per byte");
    for (Compilers compilers : Compilers.values()) {
      for (RunResult result : new Runner(options(compilers)).run()) {
        print(compilers, result);
      }
    }
  }

  private static Options options(Compilers compilers) {
    return new OptionsBuilder()
        .include(DecodeBenchmark.class.getName())
        .jvmArgs(compilers.jvmArgs.toArray(String[]::new))
        .jvmArgsAppend(withoutWarnings())
        .addProfiler(GCProfiler.class)
        .verbosity(VerboseMode.SILENT)
        .shouldFailOnError(true)
        .build();
  }

  /** Prevents a warning: JMH 1.37 uses an API that prints a warning from JDK 24 on. */
  private static String[] withoutWarnings() {
    return Runtime.version().feature() < 24
        ? new String[0]
        : new String[] {"--sun-misc-unsafe-memory-access=allow"};
  }

  private static void print(Compilers compilers, RunResult result) {
    Body body = Body.valueOf(result.getParams().getParam("body"));
    int bodyBytes = body.bytes().length;
    double micros = result.getPrimaryResult().getStatistics().getPercentile(50);
    double allocatedBytes =
        requireNonNull(result.getSecondaryResults().get(ALLOCATED), ALLOCATED).getScore();
    System.out.printf(
        LINE,
        body.title(),
        "%,d".formatted(bodyBytes),
        compilers.title,
        // Bytes per microsecond are MB/s.
        String.format(Locale.ROOT, "%.0f", bodyBytes / micros),
        String.format(Locale.ROOT, "%.2f", allocatedBytes / bodyBytes));
  }

  /** The compilers of HotSpot that are used. */
  private enum Compilers {
    /** The options with which {@code bin/cni-metrics-agent} starts the agent. */
    QUICK("C1 (agent)", List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")),
    ALL("C1 and C2", List.of("-XX:+UseSerialGC"));

    private final String title;
    private final List<String> jvmArgs;

    Compilers(String title, List<String> jvmArgs) {
      this.title = title;
      this.jvmArgs = jvmArgs;
    }
  }
}
