package io.cnimetrics.agent;

import io.cnimetrics.agent.Meter.Cost;
import java.util.Locale;

/** Prints costs as lines of a table. */
final class CostLines {
  private static final String LINE = "%-32s %12s %12s %14s%n";

  private CostLines() {}

  static void printTitles() {
    System.out.printf(LINE, "", "threads, ms", "process, ms", "allocated, kB");
  }

  static void print(String what, Cost cost) {
    System.out.printf(
        LINE,
        what,
        number(cost.threadMicros() / 1_000),
        number(cost.processMicros() / 1_000),
        String.format(Locale.ROOT, "%,.0f", cost.allocatedBytes() / 1_000));
  }

  private static String number(double number) {
    return String.format(Locale.ROOT, "%.2f", number);
  }
}
