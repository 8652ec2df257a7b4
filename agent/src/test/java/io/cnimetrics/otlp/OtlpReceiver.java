package io.cnimetrics.otlp;

import static java.util.Objects.requireNonNull;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsPartialSuccess;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceResponse;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4FamilyHttpSigner;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.HttpSigner;

/**
 * A receiver of OTLP with the limits that CloudWatch documents: 1,000 points and 1 MB in a request,
 * 150 labels, times from 14 days back to 10 minutes ahead, and a start for each counter. Like
 * Prometheus, it rejects a point that is older than an earlier point of its series in the same
 * request. If it has credentials, it also checks the signature.
 */
public final class OtlpReceiver implements AutoCloseable {
  private static final int MOST_POINTS = 1_000;
  private static final int MOST_BYTES = 1_000_000;
  private static final int MOST_LABELS = 150;
  private static final DateTimeFormatter SIGNED = DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmssX");

  private final HttpServer server;
  private final Optional<AwsBasicCredentials> credentials;
  private final InstantSource clock;
  private final Deque<Answer> planned = new ArrayDeque<>();
  private final Map<String, TreeMap<Instant, Point>> series = new TreeMap<>();
  private final List<Map<String, List<String>>> headers = new ArrayList<>();

  /** One stored point. */
  public record Point(double value, Optional<Instant> start) {}

  /**
   * An answer in place of the usual answer.
   *
   * @param stores whether the receiver stores the points before it answers
   */
  @SuppressWarnings("ArrayRecordComponent") // No test compares two answers.
  public record Answer(int status, Map<String, String> headers, byte[] body, boolean stores) {
    public static Answer of(int status) {
      return new Answer(status, Map.of(), new byte[0], false);
    }
  }

  public OtlpReceiver(Optional<AwsBasicCredentials> credentials, InstantSource clock) {
    this.credentials = credentials;
    this.clock = clock;
    try {
      this.server =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.createContext("/", this::handle);
    server.start();
  }

  /** The address without a path. */
  public URI address() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  public URI metricsUrl() {
    return address().resolve("/v1/metrics");
  }

  /** Gives this answer to the next request that has no planned answer yet. */
  public synchronized void plan(Answer answer) {
    planned.add(answer);
  }

  /** The stored points of each series. A series is {@code name{label=value,…}}. */
  public synchronized Map<String, SortedMap<Instant, Point>> series() {
    Map<String, SortedMap<Instant, Point>> copy = new TreeMap<>();
    series.forEach((name, points) -> copy.put(name, new TreeMap<>(points)));
    return copy;
  }

  /** The stored points of the only series of a metric. */
  public synchronized SortedMap<Instant, Point> of(String metric) {
    List<String> names =
        series.keySet().stream().filter(name -> name.startsWith(metric + "{")).toList();
    if (names.size() != 1) {
      throw new AssertionError(metric + " has the series " + names);
    }
    return requireNonNull(series.get(names.get(0)));
  }

  /** The headers of all requests. */
  public synchronized List<Map<String, List<String>>> headers() {
    return List.copyOf(headers);
  }

  @Override
  public void close() {
    server.stop(0);
  }

  private synchronized void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      headers.add(Map.copyOf(exchange.getRequestHeaders()));
      Answer answer = planned.isEmpty() ? null : planned.poll();
      if (answer == null) {
        answer = answer(exchange, body);
      } else if (answer.stores()) {
        answer(exchange, body);
      }
      answer.headers().forEach(exchange.getResponseHeaders()::set);
      exchange.sendResponseHeaders(
          answer.status(), answer.body().length == 0 ? -1 : answer.body().length);
      exchange.getResponseBody().write(answer.body());
    }
  }

  private Answer answer(HttpExchange exchange, byte[] body) throws IOException {
    if (!exchange.getRequestURI().getPath().equals("/v1/metrics")) {
      return Answer.of(404);
    }
    if (credentials.isPresent() && !isSigned(exchange, body, credentials.get())) {
      return Answer.of(403);
    }
    byte[] plain = new GZIPInputStream(new ByteArrayInputStream(body)).readAllBytes();
    ExportMetricsServiceRequest request = ExportMetricsServiceRequest.parseFrom(plain);
    List<Metric> metrics =
        request.getResourceMetricsList().stream()
            .flatMap(resource -> resource.getScopeMetricsList().stream())
            .flatMap(scope -> scope.getMetricsList().stream())
            .toList();
    int points = metrics.stream().mapToInt(metric -> points(metric).size()).sum();
    if (points > MOST_POINTS || plain.length > MOST_BYTES) {
      return failure("%d points in %d bytes".formatted(points, plain.length));
    }
    int rejected = 0;
    Map<String, Instant> newest = new HashMap<>();
    for (Metric metric : metrics) {
      for (NumberDataPoint point : points(metric)) {
        Instant at = instant(point.getTimeUnixNano());
        boolean inOrder = !newest.merge(series(metric, point), at, OtlpReceiver::later).isAfter(at);
        rejected += inOrder && store(metric, point) ? 0 : 1;
      }
    }
    if (rejected == points) {
      return failure("no point is valid");
    }
    return new Answer(
        200,
        Map.of("Content-Type", "application/x-protobuf"),
        ExportMetricsServiceResponse.newBuilder()
            .setPartialSuccess(
                ExportMetricsPartialSuccess.newBuilder()
                    .setRejectedDataPoints(rejected)
                    .setErrorMessage(
                        rejected == 0 ? "" : "points with a wrong time, order or start"))
            .build()
            .toByteArray(),
        true);
  }

  private static Answer failure(String message) {
    byte[] status = new Protobuf().number(1, 3).string(2, message).toByteArray();
    return new Answer(400, Map.of("Content-Type", "application/x-protobuf"), status, false);
  }

  private static List<NumberDataPoint> points(Metric metric) {
    return metric.hasSum()
        ? metric.getSum().getDataPointsList()
        : metric.getGauge().getDataPointsList();
  }

  /** Stores a point. Returns false if CloudWatch would reject the point. */
  private boolean store(Metric metric, NumberDataPoint point) {
    Instant at = instant(point.getTimeUnixNano());
    Instant now = clock.instant();
    Optional<Instant> start =
        point.getStartTimeUnixNano() == 0
            ? Optional.empty()
            : Optional.of(instant(point.getStartTimeUnixNano()));
    boolean inTime =
        at.isAfter(now.minus(Duration.ofDays(14))) && !at.isAfter(now.plus(Duration.ofMinutes(10)));
    boolean started = !metric.hasSum() || start.filter(begin -> !begin.isAfter(at)).isPresent();
    if (!inTime || !started || point.getAttributesCount() > MOST_LABELS) {
      return false;
    }
    String name = series(metric, point);
    Point stored = new Point(point.getAsDouble(), start);
    Point earlier = series.computeIfAbsent(name, known -> new TreeMap<>()).put(at, stored);
    if (earlier != null && !earlier.equals(stored)) {
      throw new AssertionError("%s at %s: %s and %s".formatted(name, at, earlier, stored));
    }
    return true;
  }

  private static String series(Metric metric, NumberDataPoint point) {
    Map<String, String> labels = new TreeMap<>();
    for (KeyValue label : point.getAttributesList()) {
      labels.put(label.getKey(), label.getValue().getStringValue());
    }
    return metric.getName() + labels.toString().replace(", ", ",");
  }

  private static Instant later(Instant one, Instant other) {
    return one.isAfter(other) ? one : other;
  }

  private static Instant instant(long nanos) {
    return Instant.EPOCH.plusNanos(nanos);
  }

  /** Computes the signature of the request and compares it with the received signature. */
  private static boolean isSigned(
      HttpExchange exchange, byte[] body, AwsBasicCredentials credentials) {
    String authorization =
        Optional.ofNullable(exchange.getRequestHeaders().getFirst("Authorization")).orElse("");
    String date =
        Optional.ofNullable(exchange.getRequestHeaders().getFirst("X-Amz-Date")).orElse("");
    if (!authorization.contains("/monitoring/aws4_request") || date.isEmpty()) {
      return false;
    }
    SdkHttpRequest.Builder request =
        SdkHttpRequest.builder()
            .method(SdkHttpMethod.POST)
            .uri(
                URI.create(
                    "http://"
                        + exchange.getRequestHeaders().getFirst("Host")
                        + exchange.getRequestURI().getPath()));
    String signedHeaders = authorization.replaceFirst(".*SignedHeaders=([^,]*),.*", "$1");
    for (String name : signedHeaders.split(";", -1)) {
      if (!name.equals("host") && !name.startsWith("x-amz")) {
        request.putHeader(name, exchange.getRequestHeaders().getFirst(name));
      }
    }
    String region = authorization.replaceFirst(".*Credential=[^/]*/[^/]*/([^/]*)/.*", "$1");
    Clock then = Clock.fixed(SIGNED.parse(date, Instant::from), ZoneOffset.UTC);
    SdkHttpRequest again =
        AwsV4HttpSigner.create()
            .sign(
                sign ->
                    sign.identity(credentials)
                        .request(request.build())
                        .payload(() -> new ByteArrayInputStream(body))
                        .putProperty(AwsV4FamilyHttpSigner.SERVICE_SIGNING_NAME, "monitoring")
                        .putProperty(AwsV4HttpSigner.REGION_NAME, region)
                        .putProperty(HttpSigner.SIGNING_CLOCK, then))
            .request();
    return again.firstMatchingHeader("Authorization").orElseThrow().equals(authorization);
  }
}
