package io.cnimetrics.capacity;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class InstanceLimitsTest {
  @Test
  void documentedTypesHaveTheirLimits() {
    assertThat(InstanceLimits.of("m5.xlarge")).contains(new InstanceLimit(4, 15));
    assertThat(InstanceLimits.of("c5.xlarge")).contains(new InstanceLimit(4, 15));
    assertThat(InstanceLimits.of("t2.large")).contains(new InstanceLimit(3, 12));
    assertThat(InstanceLimits.of("c5.large")).contains(new InstanceLimit(3, 10));
    assertThat(InstanceLimits.of("m5.large")).contains(new InstanceLimit(3, 10));
  }

  @Test
  void everyRowOfTheTableCanBeRead() {
    assertThat(InstanceLimits.types())
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
