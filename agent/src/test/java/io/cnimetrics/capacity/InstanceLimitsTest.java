package io.cnimetrics.capacity;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class InstanceLimitsTest {
  @Test
  void documentedTypesHaveTheirLimits() {
    assertThat(InstanceLimits.of("m5.xlarge")).contains(new InstanceLimits.Limit(4, 15));
    assertThat(InstanceLimits.of("c5.xlarge")).contains(new InstanceLimits.Limit(4, 15));
    assertThat(InstanceLimits.of("t2.large")).contains(new InstanceLimits.Limit(3, 12));
    assertThat(InstanceLimits.of("c5.large")).contains(new InstanceLimits.Limit(3, 10));
    assertThat(InstanceLimits.of("m5.large")).contains(new InstanceLimits.Limit(3, 10));
  }

  @Test
  void everyRowOfTheTableCanBeRead() throws IOException, URISyntaxException {
    Path table =
        Path.of(requireNonNull(InstanceLimits.class.getResource(InstanceLimits.TABLE)).toURI());
    assertThat(Files.readAllLines(table).stream().filter(row -> !row.startsWith("#")))
        .extracting(row -> row.split(" ")[0])
        .hasSize(1391)
        .isSorted()
        .doesNotHaveDuplicates()
        .allSatisfy(type -> assertThat(InstanceLimits.of(type)).isPresent());
  }

  @Test
  void unknownTypeHasNone() {
    assertThat(InstanceLimits.of("m5.nano")).isEmpty();
    assertThat(InstanceLimits.of("m5")).isEmpty();
    assertThat(InstanceLimits.of("")).isEmpty();
    assertThat(InstanceLimits.of("#")).isEmpty();
  }
}
