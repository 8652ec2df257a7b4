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
 * The bundled table of instance types. It is a text file in the jar that is read anew for each
 * question, in a millisecond, so nothing of the table stays in memory.
 */
public final class InstanceLimits {
  private static final String TABLE = "eni-limits.txt";

  private InstanceLimits() {}

  /** The limits of an instance type such as {@code m5.xlarge}; empty if the table lacks it. */
  public static Optional<InstanceLimit> of(String instanceType) {
    String start = instanceType + " ";
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
