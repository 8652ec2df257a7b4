package io.cnimetrics.capacity;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The bundled table of instance types, a text file in the jar. Of what was read only the last
 * answer stays in memory: a node always asks for its own type.
 */
public final class InstanceLimits {
  private static final String TABLE = "eni-limits.txt";

  private static volatile Known last = new Known("", Optional.empty());

  private InstanceLimits() {}

  private record Known(String instanceType, Optional<InstanceLimit> limit) {}

  /** The limits of an instance type such as {@code m5.xlarge}; empty if the table lacks it. */
  public static Optional<InstanceLimit> of(String instanceType) {
    Known known = last;
    if (!known.instanceType().equals(instanceType)) {
      known = new Known(instanceType, find(instanceType + " "));
      last = known;
    }
    return known.limit();
  }

  private static Optional<InstanceLimit> find(String start) {
    return read(
        rows -> rows.filter(row -> row.startsWith(start)).findFirst().map(InstanceLimits::parse));
  }

  /** All instance types of the table, in its order. */
  public static List<String> types() {
    return read(rows -> rows.map(row -> row.substring(0, row.indexOf(' '))).toList());
  }

  private static <T> T read(Function<Stream<String>, T> question) {
    InputStream table = InstanceLimits.class.getResourceAsStream(TABLE);
    try (BufferedReader reader =
        new BufferedReader(new InputStreamReader(Objects.requireNonNull(table, TABLE), US_ASCII))) {
      return question.apply(reader.lines().filter(row -> !row.startsWith("#")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static InstanceLimit parse(String row) {
    String[] columns = row.split(" ");
    return new InstanceLimit(Integer.parseInt(columns[1]), Integer.parseInt(columns[2]));
  }
}
