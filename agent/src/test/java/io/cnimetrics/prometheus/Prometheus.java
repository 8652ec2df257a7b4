package io.cnimetrics.prometheus;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.cnimetrics.testing.Eventually;
import io.cnimetrics.testing.HealthPages;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** A Prometheus that runs as a separate process. */
final class Prometheus implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient http =
      HttpClient.newBuilder().proxy(HttpClient.Builder.NO_PROXY).build();
  private final HealthPages address;
  private final Process process;

  /** One series, without the label {@code job}, which only scraped series have. */
  record Series(String name, SortedMap<String, String> labels, SortedMap<Instant, Double> points) {
    @Override
    public String toString() {
      return name + labels;
    }
  }

  /** A firing or pending alert. */
  record Alert(
      String state, SortedMap<String, String> labels, SortedMap<String, String> annotations) {}

  private Prometheus(HealthPages address, Process process) {
    this.address = address;
    this.process = process;
  }

  /**
   * Starts Prometheus and waits until it is ready.
   *
   * @param directory contains the settings; Prometheus writes its data and its log there
   */
  static Prometheus start(Path program, Path directory) throws IOException {
    HealthPages address = HealthPages.onFreePort();
    Process process =
        new ProcessBuilder(
                program.toString(),
                "--config.file=" + directory.resolve("prometheus.yml"),
                "--storage.tsdb.path=" + directory.resolve("data"),
                "--web.listen-address=" + address.address(),
                "--web.enable-otlp-receiver")
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("prometheus.log").toFile())
            .start();
    Prometheus started = new Prometheus(address, process);
    address.await("/-/ready", 200, Duration.ofSeconds(60));
    return started;
  }

  /** The URL for OTLP metrics, as in docs/otlp.md. */
  URI otlp() {
    return URI.create("http://" + address.address() + "/api/v1/otlp/v1/metrics");
  }

  /** The stored samples of a node's series in a span of time. */
  List<Series> series(String node, boolean scraped, Instant from, Instant to) {
    String job = scraped ? "job!=\"\"" : "job=\"\"";
    List<Series> series = new ArrayList<>();
    for (JsonNode one :
        query("{__name__=~\"cni_.+\",node=\"%s\",%s}".formatted(node, job), from, to)) {
      SortedMap<String, String> labels = strings(one.get("metric"));
      labels.keySet().removeAll(Set.of("job", "__name__"));
      SortedMap<Instant, Double> points = new TreeMap<>();
      for (JsonNode point : one.get("values")) {
        points.put(
            Instant.ofEpochMilli(Math.round(point.get(0).asDouble() * 1000)),
            point.get(1).asDouble());
      }
      series.add(new Series(one.get("metric").get("__name__").asText(), labels, points));
    }
    return series;
  }

  private JsonNode query(String selector, Instant from, Instant to) {
    return query("%s[%s]".formatted(selector, range(from, to)), to);
  }

  /**
   * Prometheus' {@code increase()} from the first to the last sample of a series. Prometheus does
   * not extrapolate, because the range starts and ends with a sample.
   */
  double increase(Series series, boolean scraped) {
    if (series.points().size() < 2) {
      return 0;
    }
    StringBuilder selector = new StringBuilder(scraped ? "job!=\"\"" : "job=\"\"");
    series.labels().forEach((name, value) -> selector.append(",%s=\"%s\"".formatted(name, value)));
    Instant last = series.points().lastKey();
    JsonNode result =
        query(
            "increase(%s{%s}[%s])"
                .formatted(series.name(), selector, range(series.points().firstKey(), last)),
            last);
    return result.get(0).get("value").get(1).asDouble();
  }

  /** One millisecond longer, because Prometheus excludes the start of a range. */
  private static String range(Instant from, Instant to) {
    return Duration.between(from, to).toMillis() + 1 + "ms";
  }

  List<Alert> alerts() {
    List<Alert> alerts = new ArrayList<>();
    for (JsonNode alert : get("/api/v1/alerts").get("alerts")) {
      alerts.add(
          new Alert(
              alert.get("state").asText(),
              strings(alert.get("labels")),
              strings(alert.get("annotations"))));
    }
    return alerts;
  }

  private JsonNode query(String query, Instant at) {
    String time = "%d.%03d".formatted(at.getEpochSecond(), at.getNano() / 1_000_000);
    return get("/api/v1/query?time=" + time + "&query=" + URLEncoder.encode(query, UTF_8))
        .get("result");
  }

  private JsonNode get(String path) {
    try {
      HttpResponse<String> answer =
          http.send(
              HttpRequest.newBuilder(URI.create("http://" + address.address() + path)).build(),
              BodyHandlers.ofString());
      JsonNode body = JSON.readTree(answer.body());
      if (answer.statusCode() != 200) {
        throw new AssertionError(path + ": " + body);
      }
      return body.get("data");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static SortedMap<String, String> strings(JsonNode object) {
    SortedMap<String, String> strings = new TreeMap<>();
    object.properties().forEach(field -> strings.put(field.getKey(), field.getValue().asText()));
    return strings;
  }

  @Override
  public void close() {
    process.destroy();
    if (!Eventually.within(Duration.ofSeconds(30), () -> !process.isAlive())) {
      process.destroyForcibly();
    }
  }
}
