package io.cnimetrics.capacity;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class InstanceLimitsTest {
  @Test
  void documentedTypesHaveTheirLimits() {
    assertLimits("m5.xlarge", List.of(4), 15, 18);
    assertLimits("t2.large", List.of(3), 12, 0);
    assertLimits("m5.large", List.of(3), 10, 9);
    assertLimits("d3en.12xlarge", List.of(3), 30, 119);
    assertLimits("p4d.24xlarge", List.of(15, 15, 15, 15), 50, 62);
    assertLimits("i7ie.48xlarge", List.of(8, 7), 50, 107);
    assertLimits("i8ge.metal-48xl", List.of(12, 12), 50, 98);
    assertLimits("r9g.large", List.of(3), 20, 9);
  }

  private static void assertLimits(String type, List<Integer> enis, int addresses, int branches) {
    assertThat(InstanceLimits.of(type))
        .hasValue(new InstanceLimits.Limit(enis, addresses, OptionalInt.of(branches)));
  }

  @Test
  void tableStatesItsSources() throws IOException, URISyntaxException {
    assertThat(Files.readAllLines(table()).subList(0, 3))
        .anyMatch(line -> line.contains("amazon-vpc-cni-k8s v1.23.2"))
        .anyMatch(line -> line.contains("amazon-vpc-resource-controller-k8s v1.8.2"));
  }

  @Test
  void everyRowOfTheTableCanBeRead() throws IOException, URISyntaxException {
    assertThat(types())
        .hasSize(1442)
        .isSorted()
        .doesNotHaveDuplicates()
        .allSatisfy(type -> assertThat(InstanceLimits.of(type)).isPresent());
  }

  @Test
  void mostAddressesAreThoseOfTheLargestTypes() throws IOException, URISyntaxException {
    assertThat(
            types().stream()
                .mapToInt(type -> InstanceLimits.of(type).orElseThrow().podIpv4PerEni())
                .max())
        .hasValue(InstanceLimits.MOST_POD_IPV4_PER_ENI);
  }

  @Test
  void unknownTypeHasNone() {
    assertThat(InstanceLimits.of("m5.nano")).isEmpty();
    assertThat(InstanceLimits.of("m5")).isEmpty();
    assertThat(InstanceLimits.of("")).isEmpty();
    assertThat(InstanceLimits.of("#")).isEmpty();
  }

  /** All instance types of the table. */
  static List<String> types() throws IOException, URISyntaxException {
    return Files.readAllLines(table()).stream()
        .filter(row -> !row.startsWith("#"))
        .map(row -> row.split(" ")[0])
        .toList();
  }

  private static Path table() throws URISyntaxException {
    return Path.of(requireNonNull(InstanceLimits.class.getResource(InstanceLimits.TABLE)).toURI());
  }
}
