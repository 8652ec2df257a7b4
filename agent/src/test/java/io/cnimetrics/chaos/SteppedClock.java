package io.cnimetrics.chaos;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The wall clock of a node's agents. The agents load a small library (clock.c) before libc. The
 * library adds an offset to the kernel's time, but not to the monotonic clock, which the agent uses
 * for pauses. {@code /proc/stat} and the times that ipamD reports do not change. On a real node the
 * boot time in {@code /proc/stat} and ipamD's start time change equally, and the agent uses only
 * their difference.
 */
final class SteppedClock {
  /**
   * The clock is set ahead if it is further behind than this. Otherwise an agent would wait this
   * long.
   */
  private static final Duration LONG_WAIT = Duration.ofMinutes(2);

  private final Path library;
  private final Path offset;
  private final boolean loadable;
  private final List<ClockStep> steps = new ArrayList<>();
  private Duration ahead = Duration.ZERO;
  private Duration furthest = Duration.ZERO;
  private Duration passed = Duration.ZERO;

  /** Compiles the library, if there is a compiler. */
  SteppedClock(Path directory) throws IOException {
    this.library = directory.resolve("clock.so");
    this.offset = directory.resolve("clock-offset");
    Path source = directory.resolve("clock.c");
    try (InputStream code = SteppedClock.class.getResourceAsStream("/clock.c")) {
      Files.copy(Objects.requireNonNull(code), source);
    }
    write();
    this.loadable =
        Commands.succeed(
            "cc", "-O2", "-shared", "-fPIC", "-o", library.toString(), source.toString());
    if (!loadable) {
      System.out.println("SKIPPED: no steps of the clock, because no cc can compile clock.c");
    }
  }

  boolean canStep() {
    return loadable;
  }

  /** The variables of a process that uses this clock. */
  Map<String, String> environment() {
    return loadable
        ? Map.of("LD_PRELOAD", library.toString(), "CLOCK_OFFSET_FILE", offset.toString())
        : Map.of();
  }

  synchronized void step(Duration by) throws IOException {
    ahead = ahead.plus(by);
    furthest = ahead.compareTo(furthest) > 0 ? ahead : furthest;
    steps.add(new ClockStep(Instant.now(), ahead));
    write();
  }

  /**
   * If the clock is far behind the latest time that it has shown, sets it to that time. This saves
   * the run a long wait.
   */
  synchronized void catchUp() throws IOException {
    Duration wait = furthest.minus(ahead);
    if (wait.compareTo(LONG_WAIT) > 0) {
      passed = furthest;
      step(wait);
    }
  }

  /** The true time, which CloudWatch uses. */
  synchronized Instant right() {
    return Instant.now().plus(passed);
  }

  synchronized List<ClockStep> steps() {
    return List.copyOf(steps);
  }

  private void write() throws IOException {
    ByteBuffer seconds = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.nativeOrder());
    seconds.putLong(ahead.toSeconds()).flip();
    try (FileChannel file =
        FileChannel.open(offset, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      file.write(seconds);
    }
  }
}
