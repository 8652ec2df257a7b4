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
import java.util.stream.Stream;

/**
 * The bundled table of instance types. It is a text file in the jar that is read once per question:
 * an agent asks for one type in its life, so nothing of the table stays in memory.
 */
public final class InstanceLimits {
  private static final String TABLE = "eni-limits.txt";

  private InstanceLimits() {}

  /** The limits of an instance type such as {@code m5.xlarge}; empty if the table lacks it. */
  public static Optional<InstanceLimit> of(String instanceType) {
    String start = instanceType + " ";
    try (BufferedReader table = open()) {
      return table
          .lines()
          .filter(row -> row.startsWith(start))
          .findFirst()
          .map(InstanceLimits::parse);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** All instance types of the table, in its order. */
  public static List<String> types() {
    try (BufferedReader table = open();
        Stream<String> rows = table.lines()) {
      return rows.filter(row -> !row.startsWith("#")).map(row -> row.split(" ")[0]).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static BufferedReader open() {
    InputStream table = InstanceLimits.class.getResourceAsStream(TABLE);
    return new BufferedReader(
        new InputStreamReader(Objects.requireNonNull(table, TABLE), US_ASCII));
  }

  private static InstanceLimit parse(String row) {
    String[] columns = row.split(" ");
    return new InstanceLimit(Integer.parseInt(columns[1]), Integer.parseInt(columns[2]));
  }
}
