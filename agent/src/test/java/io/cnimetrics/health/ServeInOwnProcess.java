package io.cnimetrics.health;

import io.cnimetrics.catalog.Metric.Kind;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.catalog.NodeLabels;
import io.cnimetrics.catalog.Sample;
import io.cnimetrics.health.MetricsPage.BuildInfo;
import io.cnimetrics.publish.MetricBuffer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** A program that serves health, with {@code metrics} or without, and probes itself. */
final class ServeInOwnProcess {
  private ServeInOwnProcess() {}

  public static void main(String[] arguments) throws Exception {
    boolean metrics = List.of(arguments).contains("metrics");
    Map<String, Page> pages = metrics ? Map.of(MetricsPage.PATH, page()) : Map.of();
    try (HealthServer server =
        new HealthServer(
            InetSocketAddress.createUnresolved("127.0.0.1", 0),
            Optional.empty(),
            () -> new AgentHealth(List.of(), true, List.of()),
            pages)) {
      server.start();
      Client client = Client.of(server);
      for (String path : List.of("/livez", "/readyz", MetricsPage.PATH)) {
        System.out.println(path + " " + client.get(path).status());
      }
      System.out.println("long header " + longHeader(client));
    }
  }

  private static MetricsPage page() {
    OptionalDouble one = OptionalDouble.of(1);
    List<Sample> samples =
        MetricCatalog.all().stream()
            .filter(metric -> metric.kind() == Kind.GAUGE)
            .map(metric -> new Sample(metric, one, OptionalDouble.empty()))
            .toList();
    return new MetricsPage(
        () -> samples,
        () -> Optional.of(new NodeLabels(Map.of(), Map.of())),
        new AgentStats(),
        () -> new MetricBuffer.Depth(0, 0, Optional.empty()),
        InstantSource.system(),
        BuildInfo.of("1"));
  }

  private static String longHeader(Client client) {
    try {
      return String.valueOf(client.get("/livez", "A: " + "a".repeat(20_000)).status());
    } catch (IOException | AssertionError e) {
      return "cut off";
    }
  }
}
