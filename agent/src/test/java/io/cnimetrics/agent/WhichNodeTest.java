package io.cnimetrics.agent;

import static io.cnimetrics.testing.Snapshots.eni;
import static io.cnimetrics.testing.Snapshots.nothingRead;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.cnimetrics.capacity.PodLimits;
import io.cnimetrics.catalog.Cause;
import io.cnimetrics.catalog.Metric.Unit;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.catalog.Sampler;
import io.cnimetrics.catalog.SamplerState;
import io.cnimetrics.console.DashboardBody;
import io.cnimetrics.publish.AlertListener.AlertChanges;
import io.cnimetrics.publish.MinuteValue;
import io.cnimetrics.snapshot.NodeSnapshot;
import io.cnimetrics.testing.RecordedLog;
import io.cnimetrics.testing.RecordedNode;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** The dashboard's query finds the node in the log line that the node's agent writes. */
class WhichNodeTest {
  private static final Instant MINUTE = Instant.parse("2026-11-21T10:00:00Z");
  private static final Pattern REGEX = Pattern.compile("/(trouble minute=|\\S+=\\S*\\(\\?<\\S+)/");

  @AutoClose private final RecordedLog log = new RecordedLog(AlertLog.class.getName());
  private final AlertLog alerts = new AlertLog("ip-10-0-1-23.ec2.internal", Optional.empty());

  @Test
  void startOfTroubleIsFoundAsText() {
    alerts.closed(new AlertChanges(MINUTE, List.of(), List.of(refused()), List.of()));

    assertThat(found("2026-11-21T10:01:02Z WARN  AlertLog " + line()))
        .containsExactly("", "ip-10-0-1-23.ec2.internal");
  }

  @Test
  void startOfTroubleIsFoundAsJsonInTheJsonOfACollector() {
    NodeSnapshot snapshot = nothingRead().enis(eni(0, 14, 14, 0)).build();
    PodLimits limits = new PodLimits(110, 3);
    Sampler sampler = new Sampler(MetricCatalog.all(), limits, MINUTE);
    alerts.polled(snapshot, sampler.read(snapshot, SamplerState.NONE));
    alerts.closed(new AlertChanges(MINUTE, List.of(), List.of(refused()), List.of()));

    assertThat(found(asJson("log", asJson("message", line()))))
        .containsExactly(
            "",
            "ip-10-0-1-23.ec2.internal",
            "unknown",
            Cause.WARM_POOL_EMPTY.finding(),
            Cause.WARM_POOL_EMPTY.text());
  }

  @Test
  void endOfTroubleIsNotFound() {
    alerts.closed(new AlertChanges(MINUTE, List.of(), List.of(), List.of(refused())));

    assertThat(found(line())).doesNotContain("");
  }

  private static String asJson(String name, String text) {
    return JsonNodeFactory.instance.objectNode().put(name, text).toString();
  }

  private String line() {
    return log.messages().get(0);
  }

  private static MinuteValue refused() {
    return new MinuteValue("noAddressMinutes", Unit.MINUTES, 1);
  }

  /**
   * The result of the query's filter, followed by the node, the instance, the subnets, the finding
   * and the cause.
   */
  private static List<String> found(String line) {
    return REGEX
        .matcher(query())
        .results()
        .map(regex -> Pattern.compile(regex.group(1)).matcher(line))
        .filter(Matcher::find)
        .map(Matcher::toMatchResult)
        .map(match -> match.group().startsWith("trouble") ? "" : match.group(1))
        .toList();
  }

  private static String query() {
    DashboardBody.Cluster cluster =
        new DashboardBody.Cluster("prod", "eu-west-1", Optional.empty());
    String body =
        DashboardBody.of(
            List.of(cluster), "Kubernetes/CNI", new DashboardBody.Options(false, false, 1));
    String text = "";
    for (var widget : RecordedNode.json(body).get("widgets")) {
      if (widget.get("type").asText().equals("text")) {
        text = widget.get("properties").get("markdown").asText();
      }
    }
    return text.substring(text.indexOf("filter @message"), text.indexOf("| sort"));
  }
}
