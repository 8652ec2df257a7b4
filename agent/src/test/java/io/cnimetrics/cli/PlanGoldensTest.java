package io.cnimetrics.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.Goldens;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PlanGoldensTest {
  private final Terminal terminal = new Terminal(Map.of());

  @ParameterizedTest
  @CsvSource({
    "--nodes 100, plan.table.txt",
    "--nodes 100 --output json, plan.json",
    "'--nodes 1000 --dimensions CLUSTER_ID;CLUSTER_ID,NODE --subnets', plan-expensive.table.txt",
    "--nodes 100000 --publish-interval 5m, plan-large.table.txt",
    "--nodes 100 --clusters 40 --publish-interval 5m --otlp-endpoint cloudwatch,"
        + " plan-clusters.table.txt"
  })
  void planIsAsApproved(String flags, String file) {
    terminal.run(("plan " + flags).split(" "));

    Goldens.check(file, terminal.out());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--nodes 1",
        "--nodes 100000 --subnets --otlp-endpoint cloudwatch",
        "--nodes 1000 --clusters 1000 --subnets --otlp-endpoint cloudwatch",
        "--nodes 100000 --dimensions CLUSTER_ID;NODE,INSTANCE_ID,INSTANCE_TYPE,AVAILABILITY_ZONE"
      })
  void noLineIsWiderThanEightyColumns(String flags) {
    terminal.run(("plan " + flags).split(" "));

    assertThat(terminal.out().lines()).allMatch(line -> line.length() <= 80);
  }
}
