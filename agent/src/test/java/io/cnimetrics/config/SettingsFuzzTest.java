package io.cnimetrics.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Any text of a setting gives a valid configuration or a problem with a message. */
class SettingsFuzzTest {
  private static final int LONGEST_VALUE = 200;

  @FuzzTest
  void textGivesASettingOrAProblem(FuzzedDataProvider data) {
    Map<String, String> given = new HashMap<>();
    while (data.remainingBytes() > 0) {
      Flag<?> flag = data.pickValue(Settings.all());
      given.put(flag.name(), data.consumeString(LONGEST_VALUE));
    }
    try {
      AgentConfig config =
          AgentConfig.of(new Values(given, Map.of(), List.of()), "host", Set.of("eniAllocated"));
      assertThat(config.pollInterval().toSeconds()).isBetween(10L, 60L);
      assertThat(config.publishInterval().toSeconds()).isBetween(60L, 300L);
      assertThat(config.dimensions()).isNotEmpty();
    } catch (ConfigException e) {
      assertThat(e.problems()).isNotEmpty().allMatch(problem -> !problem.isBlank());
    }
  }
}
