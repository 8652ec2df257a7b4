package io.cnimetrics.wiring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AgentModuleTest {
  @ParameterizedTest
  @CsvSource({"0, 1", "0-3, 4", "'0-3,8', 5", "'0-1,4-5,7', 5", "0-191, 192"})
  void cpusOfAllRangesAreCounted(String list, int cpus) {
    assertThat(AgentModule.cpus(list)).isEqualTo(cpus);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a", "0-", "1,"})
  void otherTextIsRejected(String list) {
    assertThatIllegalArgumentException().isThrownBy(() -> AgentModule.cpus(list));
  }

  @Test
  void thisHostHasAtLeastOneCpu() {
    assertThat(AgentModule.hostCpus()).isPositive();
  }
}
