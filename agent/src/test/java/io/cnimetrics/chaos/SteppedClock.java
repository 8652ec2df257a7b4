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
 * The wall clock of a node's agents. A small library (clock.c) that they load before libc adds an
 * offset to what the kernel tells; the clock that cannot be set, which pauses are waited for by, is
 * left alone. Neither does {@code /proc/stat} move nor what ipamD tells of its start and of
 * addresses: on a node the first two move together, and the agent looks at their difference alone.
 */
final class SteppedClock {
  /** An agent that waits longer for a clock that went back need not be waited for. */
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

  /** What a process needs to go by it. */
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

  /** Goes on from the latest time it ever showed, if that is far off: as if it had been waited. */
  synchronized void catchUp() throws IOException {
    Duration wait = furthest.minus(ahead);
    if (wait.compareTo(LONG_WAIT) > 0) {
      passed = furthest;
      step(wait);
    }
  }

  /** The time of those who have the right one, such as CloudWatch. */
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
