package io.cnimetrics.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.cnimetrics.config.AgentConfig.LogFormat;
import io.cnimetrics.testing.AgentProcess;
import io.cnimetrics.testing.AgentProcess.Running;
import io.cnimetrics.testing.FakeIpamd;
import io.cnimetrics.testing.HealthPages;
import io.cnimetrics.testing.LogFields;
import io.cnimetrics.testing.LogFields.Field;
import io.cnimetrics.testing.RecordedNode;
import io.cnimetrics.testing.StubCloudWatch;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Names in ipamD's answer add no field and no line to the agent's log. */
@Timeout(60)
class HostileLogIT {
  private static final RecordedNode NODE = RecordedNode.of("v1.23.1/seed");
  private static final String NAME =
      "a\" node=evil level=ERROR \\\" instance=evil\\"
          + "\n2026-01-01T00:00:00.000Z ERROR Evil node=evil\r\t\u001b[2J\u2028node=evil\u202e";

  /** All keys that the log lines of this run can have. */
  private static final Set<String> KEYS =
      Set.of(
          "address",
          "pages",
          "version",
          "node",
          "poll_interval",
          "publish_interval",
          "namespace",
          "sends_to",
          "state_dir",
          "source",
          "reason",
          "message",
          "cluster",
          "cluster_from",
          "region",
          "region_from",
          "instance",
          "type",
          "dimensions",
          "datums",
          "waiting_minutes");

  @AutoClose private final FakeIpamd ipamd = new FakeIpamd();
  @AutoClose private final StubCloudWatch cloudWatch = StubCloudWatch.start();

  @Test
  void textLogHasOnlyItsOwnFieldsAndLines() {
    for (String line : logOf(LogFormat.TEXT)) {
      assertThat(line)
          .matches("\\d{4}-\\d\\d-\\d\\dT[0-9:.]{12}Z (INFO |WARN |ERROR) [A-Z][A-Za-z]+ .*")
          .doesNotContainPattern("[\\p{Cc}\\p{Cf}\\u2028\\u2029]");
      List<Field> fields = LogFields.of(line);
      assertThat(fields).as(line).extracting(Field::key).isSubsetOf(KEYS).doesNotHaveDuplicates();
      assertThat(fields).extracting(Field::value).doesNotContain("evil");
    }
  }

  @Test
  void jsonLogIsValidAndFlat() {
    for (String line : logOf(LogFormat.JSON)) {
      JsonNode object = RecordedNode.json(line);
      assertThat(object.fieldNames())
          .toIterable()
          .containsExactly("timestamp", "level", "logger", "thread", "message");
      assertThat(object.get("level").asText()).isIn("INFO", "WARN");
    }
  }

  @ParameterizedTest
  @EnumSource
  void quotedNameIsTheWholeValueAgain(LogFormat format) {
    String line =
        logOf(format).stream().filter(each -> each.contains("UNEXPECTED_SHAPE")).findFirst().get();

    String message =
        format == LogFormat.JSON
            ? RecordedNode.json(line).get("message").asText()
            : LogFields.of(line).stream()
                .filter(field -> field.key().equals("message"))
                .findFirst()
                .get()
                .value();
    assertThat(message).contains("node=evil level=ERROR");
  }

  private List<String> logOf(LogFormat format) {
    String quoted = new TextNode(NAME).toString();
    String name = quoted.substring(1, quoted.length() - 1);
    ipamd.serve(
        "/v1/enis",
        NODE.enisAt(Instant.now())
            .replace("eni-089d363e27238ce31", name)
            .replace("DeviceNumber", "Number"));
    ipamd.serve("/metrics", "<" + NAME + ">");
    AgentProcess process =
        AgentProcess.of("run", "--cluster-id", "prod", "--region", "eu-west-1")
            .reading(ipamd.introspectionUrl(), ipamd.metricsUrl())
            .with("--health-address", HealthPages.onFreePort().address())
            .in(cloudWatch.environment())
            .in(Map.of("LOG_FORMAT", format.name().toLowerCase(Locale.ROOT)));
    try (Running agent = process.start()) {
      agent.awaitLog("UNEXPECTED_SHAPE");
      agent.awaitLog("sending to CloudWatch: ");
      return agent.stop().err().lines().toList();
    }
  }
}
