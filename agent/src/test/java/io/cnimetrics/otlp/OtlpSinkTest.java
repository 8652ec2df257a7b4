package io.cnimetrics.otlp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.catalog.Metric.Unit;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.catalog.NodeLabels;
import io.cnimetrics.otlp.OtlpReceiver.Answer;
import io.cnimetrics.otlp.OtlpReceiver.Point;
import io.cnimetrics.publish.MetricSink.Datum;
import io.cnimetrics.publish.MetricSink.PutResult;
import io.cnimetrics.publish.MetricSink.PutResult.Status;
import io.cnimetrics.testing.RawServer;
import io.cnimetrics.testing.SystemProperties;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class OtlpSinkTest {
  private static final Instant START = Instant.parse("2026-11-28T09:00:00Z");
  private static final Instant AT = Instant.parse("2026-11-28T10:00:42Z");
  private static final InstantSource CLOCK = InstantSource.fixed(AT);
  private static final Duration LIMIT = Duration.ofSeconds(5);
  private static final Map<String, String> CLUSTER = Map.of("CLUSTER_ID", "prod");
  private static final NodeLabels NODE =
      new NodeLabels(
          Map.of("cluster", "prod", "node", "n1", "zone", "eu-west-1a"),
          Map.of("cni_version", "v1.20.0"));

  @AutoClose private final OtlpReceiver receiver = new OtlpReceiver(Optional.empty(), CLOCK);
  private final OtlpSink sink = sink(receiver.metricsUrl());

  @Test
  void gaugeCounterAndInfoArriveUnderTheirPrometheusNames() {
    PutResult result =
        sink.put(
            "",
            List.of(
                gauge("nodeIPUtilization", 50, Unit.PERCENT),
                gauge("availableIPAddresses", 7, Unit.COUNT),
                gauge("coolingIPAddresses", 2, Unit.COUNT),
                counter("ipamdErr", 12)),
            LIMIT);

    assertThat(result).isEqualTo(PutResult.ACCEPTED);
    String node = "cluster=prod,node=n1,";
    assertThat(receiver.series())
        .containsOnlyKeys(
            "cni_ip_utilization_ratio{" + node + "zone=eu-west-1a}",
            "cni_ip_addresses{" + node + "state=available,zone=eu-west-1a}",
            "cni_ip_addresses{" + node + "state=cooling,zone=eu-west-1a}",
            "cni_ipamd_errors_total{" + node + "zone=eu-west-1a}",
            "cni_node_info{cluster=prod,cni_version=v1.20.0,node=n1,zone=eu-west-1a}");
    assertThat(receiver.of("cni_ip_utilization_ratio"))
        .containsExactly(Map.entry(AT, new Point(0.5, Optional.empty())));
    assertThat(receiver.of("cni_ipamd_errors_total"))
        .containsExactly(Map.entry(AT, new Point(12, Optional.of(START))));
  }

  @ParameterizedTest
  @MethodSource("io.cnimetrics.testing.CutAnswers#all")
  void statusLineDecidesAboutSuccess(RawServer.Answer script) throws IOException {
    try (RawServer cutting = new RawServer(script)) {
      assertThat(put(sink(cutting.address()), LIMIT)).isEqualTo(PutResult.ACCEPTED);
      assertThat(cutting.heads()).hasSize(1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 ", "HTTP/1.1 200\r"})
  void statusDecidesAlsoIfTheTimeIsOver(String start) throws IOException {
    try (RawServer server = new RawServer(RawServer.Answer.hangingAfter(start))) {
      assertThat(put(sink(server.address()), Duration.ofSeconds(1))).isEqualTo(PutResult.ACCEPTED);
    }
  }

  @Test
  void requestIsNotSentAfterItsLimit() throws Exception {
    // Unlike a latch, join() ignores the interrupt at the end of the limit.
    CompletableFuture<Boolean> over = new CompletableFuture<>();
    CompletableFuture<Thread> preparing = new CompletableFuture<>();
    Supplier<NodeLabels> slow =
        () -> {
          preparing.complete(Thread.currentThread());
          over.join();
          return NODE;
        };
    try (RawServer server = RawServer.answering("HTTP/1.1 200 OK\r\n\r\n")) {
      OtlpSink late = sink(server.address(), slow);
      assertThat(put(late, Duration.ofMillis(200)).status()).isEqualTo(Status.RETRYABLE);
      over.complete(true);
      preparing.get().join();
      assertThat(server.heads()).isEmpty();
    }
  }

  /** A restarted agent sends the minutes on disk before its first poll. */
  @Test
  void infoWithoutLabelsIsNotSent() {
    OtlpSink early = sink(receiver.metricsUrl(), new NodeLabels(NODE.ofEach(), Map.of()));

    put(early, LIMIT);

    assertThat(receiver.series().keySet()).noneMatch(name -> name.startsWith("cni_node_info"));
  }

  @Test
  void subnetIsALabel() {
    sink.put(
        "",
        List.of(
            new Datum(
                "subnetFreeIPs",
                AT,
                9,
                Unit.COUNT,
                Map.of("CLUSTER_ID", "prod", MetricCatalog.SUBNET_DIMENSION, "subnet-1"))),
        LIMIT);

    assertThat(receiver.series().keySet())
        .anyMatch(name -> name.contains("subnet_id=subnet-1"))
        .noneMatch(name -> name.startsWith("cni_node_info") && name.contains("subnet_id"));
  }

  /** The sender takes the newest minute first. */
  @Test
  void pointsOfASeriesAreSentOldestFirst() {
    Instant earlier = AT.minusSeconds(60);
    PutResult result =
        sink.put(
            "",
            List.of(
                gauge("coolingIPAddresses", 2, Unit.COUNT),
                new Datum("coolingIPAddresses", earlier, 1, Unit.COUNT, CLUSTER)),
            LIMIT);

    assertThat(result).isEqualTo(PutResult.ACCEPTED);
    assertThat(receiver.of("cni_ip_addresses")).containsOnlyKeys(earlier, AT);
  }

  @Test
  void headersOfTheSettingsAreSent() {
    put();

    assertThat(receiver.headers().get(0))
        .containsEntry("X-scope-orgid", List.of("payments"))
        .containsEntry("Content-encoding", List.of("gzip"))
        .containsEntry("Content-type", List.of("application/x-protobuf"));
  }

  @Test
  void rejectedPointsAreCounted() {
    Datum future = new Datum("ipamdUp", AT.plus(Duration.ofHours(1)), 1, Unit.COUNT, CLUSTER);

    PutResult result = sink.put("", List.of(future, counter("ipamdErr", 1)), LIMIT);

    assertThat(result.status()).isEqualTo(Status.ACCEPTED);
    // The description of the node has the time of the newest datum.
    assertThat(result.rejected()).isEqualTo(2);
    assertThat(result.message()).contains("wrong time");
  }

  @ParameterizedTest
  @CsvSource({
    "200,ACCEPTED",
    "202,ACCEPTED",
    "401,UNAUTHORIZED",
    "403,UNAUTHORIZED",
    "404,RETRYABLE",
    "408,RETRYABLE",
    "413,INVALID",
    "429,RETRYABLE",
    "500,RETRYABLE",
    "502,RETRYABLE",
    "503,RETRYABLE",
    "504,RETRYABLE"
  })
  void statusDecidesWhetherTheRequestIsSentAgain(int status, Status expected) {
    receiver.plan(Answer.of(status));

    PutResult result = put();

    assertThat(result.status()).isEqualTo(expected);
    assertThat(result.code().equals(PutResult.TOO_LARGE)).isEqualTo(status == 413);
    if (expected != Status.ACCEPTED) {
      assertThat(result.message())
          .contains(receiver.metricsUrl().toString(), String.valueOf(status));
    }
  }

  @Test
  void badRequestIsInvalidOnlyWithAMessage() {
    receiver.plan(Answer.of(400));
    byte[] status = new Protobuf().number(1, 3).string(2, "too many points").toByteArray();
    receiver.plan(new Answer(400, Map.of(), status, false));
    receiver.plan(
        new Answer(400, Map.of("Content-Type", "text/html"), "<html>".getBytes(UTF_8), false));

    assertThat(put().status()).as("of a proxy").isEqualTo(Status.RETRYABLE);
    assertThat(put())
        .returns(Status.INVALID, PutResult::status)
        .satisfies(result -> assertThat(result.message()).contains("too many points"));
    assertThat(put().status()).as("of another proxy").isEqualTo(Status.RETRYABLE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"out of order sample", "out of bounds", "too old sample"})
  void valuesThatAreTooOldForPrometheusHaveTheirOwnCode(String words) {
    receiver.plan(plain(400, words));

    assertThat(put())
        .returns(Status.INVALID, PutResult::status)
        .returns(PutResult.TOO_OLD, PutResult::code)
        .satisfies(
            result -> assertThat(result.message()).contains(words, "out_of_order_time_window"));
  }

  @Test
  void semicolonInTheWordsOfTheReceiverDoesNotEndTheFact() {
    receiver.plan(
        new Answer(
            400,
            Map.of("Content-Type", "text/plain"),
            "bad label; see the docs".getBytes(UTF_8),
            false));

    PutResult answer = put();
    assertThat(answer.fact()).endsWith("bad label; see the docs");
    assertThat(answer.remedy()).startsWith("the agent sends again");
    assertThat(answer.message()).isEqualTo(answer.fact() + "; " + answer.remedy());
  }

  @ParameterizedTest
  @ValueSource(ints = {429, 503})
  void retryAfterIsReturned(int status) {
    receiver.plan(new Answer(status, Map.of("Retry-After", "7"), new byte[0], false));

    assertThat(put().retryAfter()).contains(Duration.ofSeconds(7));
  }

  @Test
  void damagedBodyOfASuccessIsASuccess() {
    receiver.plan(new Answer(200, Map.of(), new byte[] {10, 127, 8}, true));
    receiver.plan(new Answer(200, Map.of("Content-Encoding", "gzip"), new byte[] {1}, true));

    assertThat(put()).isEqualTo(PutResult.ACCEPTED);
    assertThat(put()).isEqualTo(PutResult.ACCEPTED);
  }

  @Test
  void secretOfAHeaderIsInNoMessage() {
    receiver.plan(plain(403, "the key s3cret is unknown"));

    assertThat(put().message()).contains("the key *** is unknown").doesNotContain("s3cret");
  }

  @Test
  void receiverThatIsAwayIsNoException() {
    receiver.close();

    assertThat(put())
        .returns(Status.RETRYABLE, PutResult::status)
        .returns("NO_ANSWER", PutResult::code);
  }

  @Test
  void refusedCredentialsAreFetchedAgain() throws IOException {
    RawServer.Answer keys =
        RawServer.Answer.ok(
            "{\"AccessKeyId\":\"id\",\"SecretAccessKey\":\"key\",\"Token\":\"token\"}");
    try (RawServer podIdentity = new RawServer(keys);
        SystemProperties properties = new SystemProperties()) {
      properties.set(Map.of("aws.containerCredentialsFullUri", podIdentity.address().toString()));
      OtlpSink signing =
          new OtlpSink(
              receiver.metricsUrl(),
              Map.of(),
              Map.of(),
              Optional.of(Signature.of("eu-west-1", CLOCK)),
              () -> NODE,
              "1.2.3",
              CLOCK);
      receiver.plan(Answer.of(403));
      for (Status expected : List.of(Status.UNAUTHORIZED, Status.ACCEPTED, Status.ACCEPTED)) {
        assertThat(put(signing, LIMIT).status()).isEqualTo(expected);
      }
      assertThat(podIdentity.heads()).hasSize(2);
    }
  }

  private PutResult put() {
    return put(sink, LIMIT);
  }

  private static PutResult put(OtlpSink sink, Duration limit) {
    return sink.put("", List.of(counter("ipamdErr", 1)), limit);
  }

  private static Answer plain(int status, String words) {
    return new Answer(
        status, Map.of("Content-Type", "text/plain; charset=utf-8"), words.getBytes(UTF_8), false);
  }

  private static OtlpSink sink(URI url) {
    return sink(url, NODE);
  }

  private static OtlpSink sink(URI url, NodeLabels node) {
    return sink(url, () -> node);
  }

  private static OtlpSink sink(URI url, Supplier<NodeLabels> labels) {
    return new OtlpSink(
        url,
        Map.of("X-Scope-OrgID", "payments", "Authorization", "s3cret"),
        Map.of(),
        Optional.empty(),
        labels,
        "1.2.3",
        CLOCK);
  }

  private static Datum gauge(String metric, double value, Unit unit) {
    return new Datum(metric, AT, value, unit, CLUSTER);
  }

  private static Datum counter(String metric, double total) {
    return new Datum(metric, AT, Optional.of(START), total, Unit.COUNT, CLUSTER);
  }
}
