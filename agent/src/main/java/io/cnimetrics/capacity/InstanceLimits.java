package io.cnimetrics.capacity;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.util.Objects;
import java.util.Optional;

/**
 * EC2's limits for each instance type, from a text file in the jar. Only the last result stays in
 * memory, because a node's instance type never changes.
 */
public final class InstanceLimits {
  static final String TABLE = "eni-limits.txt";

  private static volatile Row last = new Row("", Optional.empty());

  private InstanceLimits() {}

  /**
   * The limits of EC2 for an instance type.
   *
   * @param enis the number of ENIs that the CNI may use on the default network card
   * @param ipv4PerEni the number of IPv4 addresses per ENI, including the ENI's primary address
   */
  public record Limit(int enis, int ipv4PerEni) {
    public Limit {
      if (enis < 1 || ipv4PerEni < 1) {
        throw new IllegalArgumentException("%d ENIs × %d addresses".formatted(enis, ipv4PerEni));
      }
    }

    /** The number of IPv4 addresses per ENI for pods. Pods cannot use the primary address. */
    public int podIpv4PerEni() {
      return ipv4PerEni - 1;
    }
  }

  private record Row(String instanceType, Optional<Limit> limit) {}

  /** The limits of a type such as {@code m5.xlarge}; empty if the table lacks the type. */
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
