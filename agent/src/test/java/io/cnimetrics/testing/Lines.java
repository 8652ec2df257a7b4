package io.cnimetrics.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The lines of one output stream of a process. They are read immediately, so the process never
 * blocks.
 */
final class Lines {
  private final List<String> lines = new ArrayList<>();
  private final Thread reader;
  private int taken;

  Lines(InputStream stream) {
    this.reader = new Thread(() -> read(stream), "lines");
    reader.setDaemon(true);
    reader.start();
  }

  /** Waits for the next line that was not returned before. */
  synchronized String next(Duration limit) {
    String line =
        await(() -> taken < lines.size() ? Optional.of(lines.get(taken)) : Optional.empty(), limit)
            .orElseThrow(() -> new AssertionError("no line within " + limit));
    taken++;
    return line;
  }

  /** Waits until a line contains this text, and returns the first such line. */
  synchronized String containing(String part, Duration limit) {
    return await(() -> lines.stream().filter(line -> line.contains(part)).findFirst(), limit)
        .orElseThrow(
            () -> new AssertionError("no '%s' within %s in: %s".formatted(part, limit, lines)));
  }

  /** All lines so far. */
  synchronized List<String> soFar() {
    return List.copyOf(lines);
  }

  /** All lines, after the process has ended. */
  List<String> all() throws InterruptedException {
    reader.join();
    return soFar();
  }

  private synchronized Optional<String> await(Supplier<Optional<String>> line, Duration limit) {
    long end = System.nanoTime() + limit.toNanos();
    try {
      for (long left = limit.toNanos(); line.get().isEmpty(); left = end - System.nanoTime()) {
        if (left <= 0) {
          return Optional.empty();
        }
        wait(left / 1_000_000 + 1);
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    return line.get();
  }

  private void read(InputStream stream) {
    try (BufferedReader text = new BufferedReader(new InputStreamReader(stream, UTF_8))) {
      for (String line = text.readLine(); line != null; line = text.readLine()) {
        add(line);
      }
    } catch (IOException e) {
      // The process was killed.
    }
  }

  private synchronized void add(String line) {
    lines.add(line);
    notifyAll();
  }
}
