package io.cnimetrics.agent;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Measures the cost of a task: CPU time of the Java threads, CPU time of the whole process (with
 * collector and compiler), and allocated bytes. Results are medians over rounds.
 */
final class Meter {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final OperatingSystemMXBean PROCESS =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  private final int rounds;
  private final int turns;
  private final List<Cost> costs = new ArrayList<>();

  /**
   * The cost of one run of the task.
   *
   * @param threadMicros CPU time of all Java threads
   * @param processMicros CPU time of the process, including all other work in the round
   */
  record Cost(double threadMicros, double processMicros, double allocatedBytes) {}

  /** The resources that all threads have used so far. */
  private record Used(long cpuNanos, long allocatedBytes) {
    static Used now() {
      long[] ids = THREADS.getAllThreadIds();
      return new Used(
          sum(THREADS.getThreadCpuTime(ids)), sum(THREADS.getThreadAllocatedBytes(ids)));
    }

    private static long sum(long[] each) {
      long sum = 0;
      for (long one : each) {
        // The value is negative if the thread has ended.
        sum += Math.max(0, one);
      }
      return sum;
    }
  }

  Meter(int rounds, int turns) {
    this.rounds = rounds;
    this.turns = turns;
  }

  /** Returns the CPU time of this process since its start. */
  static long processCpuNanos() {
    return PROCESS.getProcessCpuTime();
  }

  /**
   * Measures.
   *
   * @param warmUps runs that are not measured
   * @param prepare runs before each run of the task; its cost counts only for the process
   */
  Cost measure(int warmUps, Runnable prepare, Runnable turn) {
    for (int i = 0; i < warmUps; i++) {
      prepare.run();
      turn.run();
    }
    for (int round = 0; round < rounds; round++) {
      costs.add(round(prepare, turn));
    }
    return new Cost(
        median(Cost::threadMicros), median(Cost::processMicros), median(Cost::allocatedBytes));
  }

  private Cost round(Runnable prepare, Runnable turn) {
    long process = processCpuNanos();
    long cpuNanos = 0;
    long allocatedBytes = 0;
    for (int i = 0; i < turns; i++) {
      prepare.run();
      Used before = Used.now();
      turn.run();
      Used after = Used.now();
      cpuNanos += after.cpuNanos - before.cpuNanos;
      allocatedBytes += after.allocatedBytes - before.allocatedBytes;
    }
    return new Cost(
        cpuNanos / 1e3 / turns,
        (processCpuNanos() - process) / 1e3 / turns,
        (double) allocatedBytes / turns);
  }

  private double median(ToDoubleFunction<Cost> value) {
    double[] sorted = costs.stream().mapToDouble(value).sorted().toArray();
    return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
  }
}
