package io.cnimetrics.capacity;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.util.Objects;
import java.util.Optional;

/**
 * EC2's limits for each instance type, from a text file in the jar. Only the last answer stays in
 * memory: a node always asks for its own type.
 */
public final class InstanceLimits {
  static final String TABLE = "eni-limits.txt";

  private static volatile Row last = new Row("", Optional.empty());

  private InstanceLimits() {}

  /**
   * What EC2 permits for an instance type.
   *
   * @param enis interfaces that the CNI may use, on the default network card
   * @param ipv4PerEni IPv4 addresses per interface, with its own primary address
   */
  public record Limit(int enis, int ipv4PerEni) {
    public Limit {
      if (enis < 1 || ipv4PerEni < 1) {
        throw new IllegalArgumentException("%d ENIs of %d addresses".formatted(enis, ipv4PerEni));
      }
    }

    /** Addresses per interface for pods: the interface keeps its primary address. */
    public int podIpv4PerEni() {
      return ipv4PerEni - 1;
    }
  }

  private record Row(String instanceType, Optional<Limit> limit) {}

  /** The limits of an instance type such as {@code m5.xlarge}; empty if the table lacks it. */
  public static Optional<Limit> of(String instanceType) {
    Row row = last;
    if (!row.instanceType().equals(instanceType)) {
      row = new Row(instanceType, find(instanceType));
      last = row;
    }
    return row.limit();
  }

  private static Optional<Limit> find(String instanceType) {
    try (BufferedReader table =
        new BufferedReader(
            new InputStreamReader(
                Objects.requireNonNull(InstanceLimits.class.getResourceAsStream(TABLE), TABLE),
                US_ASCII))) {
      return table
          .lines()
          .filter(row -> row.startsWith(instanceType + " ") && !row.startsWith("#"))
          .findFirst()
          .map(InstanceLimits::parse);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Limit parse(String row) {
    String[] columns = row.split(" ");
    return new Limit(Integer.parseInt(columns[1]), Integer.parseInt(columns[2]));
  }
}
