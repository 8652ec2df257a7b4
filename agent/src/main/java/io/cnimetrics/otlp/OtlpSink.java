package io.cnimetrics.otlp;

import io.cnimetrics.aws.AwsHttp;
import io.cnimetrics.aws.CredentialsException;
import io.cnimetrics.aws.CurrentCall;
import io.cnimetrics.aws.HttpCall;
import io.cnimetrics.aws.RootCause;
import io.cnimetrics.catalog.Metric;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.catalog.NodeLabels;
import io.cnimetrics.deadline.BoundedCall;
import io.cnimetrics.otlp.OtlpRequest.Point;
import io.cnimetrics.publish.MetricSink;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;

/**
 * Sends datums by OTLP over HTTP, as protobuf compressed with gzip. If an answer is lost, the agent
 * sends the same datums again. A total that arrives twice is one point and does not count twice.
 */
public final class OtlpSink implements MetricSink {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

  /** The time limit for each wait for bytes. It equals the limit of a whole request. */
  private static final Duration READ_TIMEOUT = Duration.ofSeconds(10);

  /** The longest value of a label that CloudWatch accepts. */
  private static final int LONGEST_VALUE = 1_024;

  /** The labels that replace the names of CloudWatch's dimensions. */
  private static final Map<String, String> LABELS =
      Map.of("CLUSTER_ID", NodeLabels.CLUSTER, MetricCatalog.SUBNET_DIMENSION, NodeLabels.SUBNET);

  private final URI url;
  private final Map<String, String> headers;
  private final Map<String, String> resource;
  private final Optional<Signature> signature;
  private final Supplier<NodeLabels> labels;
  private final String version;
  private final InstantSource clock;
  private final AwsHttp http = AwsHttp.client(CONNECT_TIMEOUT, READ_TIMEOUT);

  /**
   * @param url the receiver's URL for metrics
   * @param headers headers of each request; they can contain secrets
   * @param resource attributes of all metrics
   * @param signature the signature of each request; empty for unsigned requests
   * @param labels returns the labels of this node
   * @param version the version of the agent
   */
  OtlpSink(
      URI url,
      Map<String, String> headers,
      Map<String, String> resource,
      Optional<Signature> signature,
      Supplier<NodeLabels> labels,
      String version,
      InstantSource clock) {
    this.url = url;
    this.headers = Map.copyOf(headers);
    this.resource = Map.copyOf(resource);
    this.signature = signature;
    this.labels = labels;
    this.version = version;
    this.clock = clock;
  }

  /**
   * Opens a sink for a receiver. Makes no network call.
   *
   * @param url the URL for metrics; empty for CloudWatch's own endpoint in the region
   */
  public static OtlpSink open(
      Optional<URI> url,
      String region,
      Map<String, String> headers,
      Map<String, String> resource,
      Supplier<NodeLabels> labels,
      String version,
      InstantSource clock) {
    return new OtlpSink(
        url.orElseGet(() -> Signature.endpoint(region)),
        headers,
        resource,
        url.isPresent() ? Optional.empty() : Optional.of(Signature.of(region, clock)),
        labels,
        version,
        clock);
  }

  @Override
  public PutResult put(String namespace, List<Datum> datums, Duration limit) {
    CurrentCall current = new CurrentCall();
    OtlpResult results = new OtlpResult(url, signature.isPresent(), this::secrets, clock);
    if (limit.isNegative() || limit.isZero()) {
      return results.late(limit);
    }
    try {
      return BoundedCall.start("otlp", limit, () -> send(body(datums), current, results)).result();
    } catch (TimeoutException e) {
      current.stop();
      return current
          .answer()
          .map(answer -> results.of(answer, new byte[0]))
          .orElseGet(() -> results.late(limit));
    }
  }

  private Collection<String> secrets() {
    List<String> secrets = new ArrayList<>(headers.values());
    signature.ifPresent(signing -> secrets.addAll(signing.secrets()));
    return secrets;
  }

  private byte[] body(List<Datum> datums) {
    return request(datums, labels.get(), resource, version).compressed();
  }

  private PutResult send(byte[] body, CurrentCall current, OtlpResult results) {
    try {
      SdkHttpRequest.Builder request =
          SdkHttpRequest.builder()
              .method(SdkHttpMethod.POST)
              .uri(url)
              .putHeader("Content-Type", "application/x-protobuf")
              .putHeader("Content-Encoding", "gzip")
              .putHeader("User-Agent", "cni-metrics-agent/" + version);
      headers.forEach(request::putHeader);
      SdkHttpRequest signed = request.build();
      if (signature.isPresent()) {
        signed = signature.get().sign(signed, body);
      }
      HttpCall call =
          current.begin(
              http.prepareRequest(
                  HttpExecuteRequest.builder()
                      .request(signed)
                      .contentStreamProvider(() -> new ByteArrayInputStream(body))
                      .build()));
      HttpExecuteResponse answer = call.call();
      PutResult result = results.of(answer.httpResponse(), body(answer));
      if (result.status() == PutResult.Status.UNAUTHORIZED) {
        signature.ifPresent(Signature::renew);
      }
      return result;
    } catch (CredentialsException e) {
      return results.withoutCredentials(e);
    } catch (IOException | RuntimeException e) {
      return results.unanswered(RootCause.of(e));
    } finally {
      current.stop();
    }
  }

  /**
   * Returns the body of an answer. A body that was cut off is ignored, because the status alone
   * decides.
   */
  private static byte[] body(HttpExecuteResponse answer) {
    try (InputStream body = answer.responseBody().orElseThrow()) {
      return body.readAllBytes();
    } catch (IOException | RuntimeException e) {
      return new byte[0];
    }
  }

  /**
   * The size of a request with these datums, for CloudWatch's bill.
   *
   * @param resource attributes of all metrics
   * @param version the version of the agent
   */
  public static BilledPoints billed(
      List<Datum> datums, NodeLabels node, Map<String, String> resource, String version) {
    return datums.isEmpty()
        ? BilledPoints.NONE
        : BilledPoints.of(request(datums, node, resource, version));
  }

  /**
   * One info point with the newest time describes the node. The oldest point of a series is first,
   * because Prometheus drops a point that is older than the previous point, and reports no error.
   */
  private static OtlpRequest request(
      List<Datum> anyOrder, NodeLabels node, Map<String, String> resource, String version) {
    List<Datum> datums = new ArrayList<>(anyOrder);
    datums.sort(Comparator.comparing(Datum::at));
    Map<String, OtlpRequest.Metric> families = new LinkedHashMap<>();
    for (Datum datum : datums) {
      MetricCatalog.named(datum.metric())
          .ifPresent(
              metric ->
                  families
                      .computeIfAbsent(metric.prometheus().family(), name -> family(name, metric))
                      .points()
                      .add(point(metric, datum, node)));
    }
    List<OtlpRequest.Metric> metrics = new ArrayList<>(families.values());
    if (!node.ofInfo().isEmpty()) {
      metrics.add(info(node, datums.get(datums.size() - 1)));
    }
    return new OtlpRequest(resource, version, metrics);
  }

  private static OtlpRequest.Metric family(String name, Metric metric) {
    return new OtlpRequest.Metric(
        name, unit(metric.unit()), metric.kind() == Metric.Kind.COUNTER, new ArrayList<>());
  }

  /** The description of the node, with the cluster and the time of a datum. */
  private static OtlpRequest.Metric info(NodeLabels node, Datum newest) {
    Map<String, String> attributes = attributes(node, newest);
    attributes.remove(NodeLabels.SUBNET);
    node.ofInfo().forEach((name, value) -> attributes.put(name, cut(value)));
    return new OtlpRequest.Metric(
        NodeLabels.INFO,
        "",
        false,
        List.of(new Point(attributes, Optional.empty(), newest.at(), 1)));
  }

  private static Point point(Metric metric, Datum datum, NodeLabels node) {
    Map<String, String> attributes = attributes(node, datum);
    attributes.putAll(metric.prometheus().labels());
    return new Point(
        attributes, datum.start(), datum.at(), metric.unit().inBaseUnit(datum.value()));
  }

  private static Map<String, String> attributes(NodeLabels node, Datum datum) {
    Map<String, String> attributes = new LinkedHashMap<>();
    node.ofEach().forEach((name, value) -> attributes.put(name, cut(value)));
    datum
        .dimensions()
        .forEach((name, value) -> attributes.put(LABELS.getOrDefault(name, name), cut(value)));
    return attributes;
  }

  private static String cut(String value) {
    return value.length() <= LONGEST_VALUE ? value : value.substring(0, LONGEST_VALUE);
  }

  /** The unit in UCUM notation. */
  private static String unit(Metric.Unit unit) {
    return switch (unit.baseUnit()) {
      case "seconds" -> "s";
      case "ratio" -> "1";
      default -> "";
    };
  }
}
