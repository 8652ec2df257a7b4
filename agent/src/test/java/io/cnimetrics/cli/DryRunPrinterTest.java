package io.cnimetrics.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.cnimetrics.capacity.PodLimits;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.catalog.Sampler;
import io.cnimetrics.catalog.SamplerState;
import io.cnimetrics.config.AgentConfig;
import io.cnimetrics.config.Values;
import io.cnimetrics.dryrun.Report;
import io.cnimetrics.snapshot.Instance;
import io.cnimetrics.snapshot.NodeIdentity;
import io.cnimetrics.snapshot.NodeIdentity.Origins;
import io.cnimetrics.snapshot.NodeSnapshot;
import io.cnimetrics.snapshot.Problem;
import io.cnimetrics.snapshot.Reason;
import io.cnimetrics.snapshot.Source;
import io.cnimetrics.testing.RecordedNode;
import io.cnimetrics.text.Console;
import io.cnimetrics.text.Palette;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DryRunPrinterTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @Test
  void watchPrintsOneRequestPerEndedMinute() {
    DryRunPrinter printer = watch(DryRunPrinter.Format.PUT_METRIC_DATA);

    printer.print(poll("2026-11-20T10:00:10Z"));
    printer.print(poll("2026-11-20T10:00:40Z"));
    assertThat(out.toString(UTF_8)).isEmpty();
    printer.print(poll("2026-11-20T10:01:10Z"));
    printer.print(poll("2026-11-20T10:01:40Z"));
    printer.print(poll("2026-11-20T10:02:10Z"));

    assertThat(out.toString(UTF_8).lines().map(RecordedNode::json))
        .extracting((JsonNode request) -> request.get("MetricData").get(0).get("Timestamp"))
        .extracting(JsonNode::asText)
        .containsExactly("2026-11-20T10:00:00Z", "2026-11-20T10:01:00Z");
  }

  @Test
  void lastingProblemIsReportedOnceIfTheFormatCannotHoldIt() {
    DryRunPrinter printer = watch(DryRunPrinter.Format.PROMETHEUS);
    Problem denied = new Problem(Source.EC2, Reason.DENIED, "denied", "allow it");
    Problem gone = new Problem(Source.METRICS, Reason.UNREACHABLE, "gone", "wait");

    printer.print(poll("2026-11-20T10:00:10Z", denied));
    printer.print(poll("2026-11-20T10:00:40Z", denied, gone));
    printer.print(poll("2026-11-20T10:01:10Z", denied));
    printer.print(poll("2026-11-20T10:01:40Z", denied, gone));

    assertThat(err.toString(UTF_8).lines())
        .containsExactly(
            "cni-metrics-agent: ec2 DENIED: denied; allow it",
            "cni-metrics-agent: metrics UNREACHABLE: gone; wait",
            "cni-metrics-agent: metrics UNREACHABLE: gone; wait");
  }

  private DryRunPrinter watch(DryRunPrinter.Format format) {
    AgentConfig config =
        AgentConfig.of(new Values(Map.of(), Map.of(), List.of()), "node-1", MetricCatalog.names());
    Console console = new Console(out, new PrintStream(err, true, UTF_8), Palette.PLAIN);
    return new DryRunPrinter(config, format, true, console);
  }

  private static Report poll(String at, Problem... problems) {
    NodeIdentity node =
        new NodeIdentity("node-1", Optional.of("prod"), Optional.of("eu-west-1"), Instance.UNKNOWN);
    NodeSnapshot snapshot =
        new NodeSnapshot(
            Instant.parse(at),
            Instance.UNKNOWN,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            false,
            List.of(problems));
    Sampler sampler = new Sampler(MetricCatalog.all(), new PodLimits(58, 3), Instant.EPOCH);
    return new Report(
        node, Origins.NONE, snapshot, sampler.read(snapshot, SamplerState.NONE), List.of());
  }
}
