package io.cnimetrics.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class AlarmsTest {
  private final Terminal terminal = new Terminal(Map.of());

  @Test
  void printsTheTemplateOfOneCluster() {
    assertThat(terminal.run("alarms", "--cluster-id=prod")).isZero();
    assertThat(terminal.out())
        .startsWith("{\n \"AWSTemplateFormatVersion\"")
        .contains("\"Default\":\"prod\"")
        .doesNotContain("AWS::CloudWatch::Dashboard");
    assertThat(terminal.err()).isEmpty();
  }

  @Test
  void withoutClusterTheTemplateHasAParameter() {
    assertThat(terminal.run("alarms")).isZero();
    assertThat(terminal.out()).contains("\"ClusterId\": {");
  }

  @Test
  void dashboardIsAddedOnDemand() {
    terminal.run("alarms", "--with-dashboard", "--cluster-id=prod/a");

    assertThat(terminal.out()).contains("AWS::CloudWatch::Dashboard", "\"Default\":\"cni-prod-a\"");
  }

  @Test
  void eachSubnetGetsAnAlarm() {
    terminal.run("alarms", "--subnet-ids=subnet-0a", "--subnet-ids=subnet-0b");

    assertThat(terminal.out()).contains("\"SubnetEmpty1\"", "\"SubnetEmpty2\"", "subnet-0b");
  }

  @Test
  void allProblemsAreReportedTogether() {
    assertThat(
            terminal.run(
                "alarms",
                "--cluster-id=",
                "--region=Europe",
                "--publish-interval=90s",
                "--subnet-ids=subnet-0a,subnet-0a",
                "--frob"))
        .isEqualTo(Cli.USAGE);
    assertThat(terminal.err().lines())
        .hasSize(6)
        .anyMatch(line -> line.contains("'--frob' of command alarms"))
        .anyMatch(line -> line.contains("--cluster-id is empty"))
        .anyMatch(line -> line.contains("--region 'Europe'"))
        .anyMatch(line -> line.contains("--publish-interval '90s'"))
        .anyMatch(line -> line.contains("a subnet is listed twice"));
    assertThat(terminal.out()).isEmpty();
  }
}
