package io.cnimetrics.capacity;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * EC2's limits for each instance type, from a text file in the jar. The agent keeps only the last
 * result in memory, because a node's instance type never changes.
 */
public final class InstanceLimits {
  static final String TABLE = "eni-limits.txt";

  /**
   * The most single IPv4 addresses for pods on an ENI of any type in the table: 64, minus the
   * primary address.
   */
  public static final int MOST_POD_IPV4_PER_ENI = 63;

  private static volatile Row last = new Row("", Optional.empty());

  private InstanceLimits() {}

  /**
   * The limits of EC2 for an instance type.
   *
   * @param enisOnCards the number of ENIs that the VPC CNI can use on each network card; the first
   *     number is for card 0, the default card
   * @param ipv4PerEni the number of IPv4 addresses per ENI, including the ENI's primary address
   * @param branchEnis the number of branch ENIs for single pods; 0 if the type cannot have a trunk
   *     ENI, empty if unknown
   */
  public record Limit(List<Integer> enisOnCards, int ipv4PerEni, OptionalInt branchEnis) {
    public Limit {
      enisOnCards = List.copyOf(enisOnCards);
      if (enisOnCards.isEmpty() || enisOnCards.stream().anyMatch(enis -> enis < 1)) {
        throw new IllegalArgumentException("ENIs on the network cards: " + enisOnCards);
      }
      if (ipv4PerEni < 1 || branchEnis.orElse(0) < 0) {
        throw new IllegalArgumentException(
            "%d addresses, branch ENIs: %s".formatted(ipv4PerEni, branchEnis));
      }
    }

    public boolean hasSeveralCards() {
      return enisOnCards.size() > 1;
    }

    /** The number of ENIs on the default network card. */
    public int enis() {
      return enisOnCards.get(0);
    }

    /** The number of ENIs on a network card; 0 if the type does not have this card. */
    int enisOn(int networkCard) {
      return networkCard < enisOnCards.size() ? enisOnCards.get(networkCard) : 0;
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
    return new Limit(
        Stream.of(columns[1].split(",")).map(Integer::valueOf).toList(),
        Integer.parseInt(columns[2]),
        columns.length > 3 ? OptionalInt.of(Integer.parseInt(columns[3])) : OptionalInt.empty());
  }
}
