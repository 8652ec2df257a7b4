package io.cnimetrics.ipamd;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.snapshot.NodeSnapshot;
import io.cnimetrics.snapshot.Problem;
import io.cnimetrics.snapshot.Reason;
import io.cnimetrics.snapshot.Series;
import io.cnimetrics.snapshot.Source;
import io.cnimetrics.testing.RawServer;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class IpamdReaderTest {
  private static final Series ERRORS = Series.of("awscni_ipamd_error_count");
  private static final String ENIS = "{\"ENIs\":{}}";
  private static final String SETTINGS = "{\"AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG\":true}";
  private static final String UNKNOWN_PATH = "{\"AvailableCommands\":[\"/v1/enis\"]}";
  private static final RawServer.Answer HANG = RawServer.Request::hang;

  @TempDir Path directory;

  @Test
  void bothSourcesAndTheSettingsAreRead() throws IOException {
    try (RawServer ipamd = ipamd(body(ENIS), body(SETTINGS), body(metrics(1)))) {
      NodeSnapshot snapshot = reader(ipamd).read();
      assertThat(snapshot.pool()).isPresent();
      assertThat(snapshot.metrics().orElseThrow().total(ERRORS)).hasValue(3);
      assertThat(snapshot.settings().orElseThrow().customNetworking()).isTrue();
      assertThat(snapshot.takenAt()).isEqualTo(Decoding.NOW);
      assertThat(snapshot.problems()).isEmpty();
    }
  }

  @Test
  void introspectionIsReadIfTheMetricsFail() throws IOException {
    try (RawServer ipamd =
        ipamd(body(ENIS), body(SETTINGS), body("awscni_ipamd_error_count{fn=\"a\"} 7\nbad"))) {
      NodeSnapshot snapshot = reader(ipamd).read();
      assertThat(snapshot.pool()).isPresent();
      assertThat(snapshot.settings()).isPresent();
      assertThat(snapshot.metrics()).isEmpty();
      assertProblem(snapshot, Source.METRICS, Reason.MALFORMED, ipamd.address() + "/metrics: ");
    }
  }

  @ParameterizedTest
  @CsvSource({"NaN,NaN", "+Inf,Infinity", "1e999,Infinity"})
  void sumThatIsNotAFiniteNumberIsOneProblemAndOtherSumsStay(String value, String shown)
      throws IOException {
    String text =
        "awscni_ipamd_error_count{fn=\"a\"} %s\nawscni_ipamd_error_count{fn=\"b\"} 1\n"
            .formatted(value);
    try (RawServer ipamd = ipamd(body(ENIS), body(SETTINGS), body(text + metricsOfProcess(1)))) {
      NodeSnapshot snapshot = reader(ipamd).read();
      assertThat(snapshot.metrics().orElseThrow().total(ERRORS)).isEmpty();
      assertThat(snapshot.metrics().orElseThrow().processStartSeconds()).hasValue(1);
      assertThat(snapshot.pool()).isPresent();
      assertProblem(
          snapshot,
          Source.METRICS,
          Reason.UNEXPECTED_SHAPE,
          "sums that are not finite numbers: {awscni_ipamd_error_count=" + shown + "}");
    }
  }

  @Test
  void metricsAreReadIfIntrospectionFails() throws IOException {
    try (RawServer ipamd = ipamd(body(UNKNOWN_PATH), body(SETTINGS), body(metrics(1)))) {
      NodeSnapshot snapshot = reader(ipamd).read();
      assertThat(snapshot.pool()).isEmpty();
      assertThat(snapshot.settings()).isEmpty();
      assertThat(snapshot.metrics().orElseThrow().total(ERRORS)).hasValue(3);
      assertProblem(
          snapshot,
          Source.INTROSPECTION,
          Reason.UNEXPECTED_SHAPE,
          ipamd.address() + "/v1/enis: expected ENIs");
      assertThat(ipamd.requested()).doesNotContain("/v1/ipamd-env-settings");
    }
  }

  @Test
  void nothingOfAFailedBodyIsUsed() throws IOException {
    String cut =
        "{\"ENIs\":{\"eni-1\":{\"IsPrimary\":true,\"DeviceNumber\":0,\"IPv4Addresses\":{}}}";
    try (RawServer ipamd =
        ipamd(body(cut), body(SETTINGS), body(metrics(1) + "awscni_x 1 2 3\n"))) {
      NodeSnapshot snapshot = reader(ipamd).read();
      assertThat(snapshot.pool()).isEmpty();
      assertThat(snapshot.metrics()).isEmpty();
      assertThat(snapshot.problems()).extracting(Problem::reason).containsOnly(Reason.MALFORMED);
    }
  }

  @Test
  void pollEndsInTimeWhenEverythingHangs() throws IOException {
    try (RawServer ipamd = new RawServer(HANG)) {
      long start = System.nanoTime();
      NodeSnapshot snapshot = reader(ipamd).read();
      assertThat(Duration.ofNanos(System.nanoTime() - start))
          .isBetween(Duration.ofSeconds(6), IpamdReader.POLL_TIMEOUT.plusMillis(700));
      assertThat(snapshot.problems())
          .extracting(Problem::reason)
          .containsExactly(Reason.TIMEOUT, Reason.TIMEOUT);
      assertThat(snapshot.problems().get(0).message()).contains("within 5.0 s");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"unknown path", "not found", "hang", "reset", "garbage"})
  void missingSettingsAreNotAProblem(String kind) throws IOException {
    RawServer.Answer settings =
        switch (kind) {
          case "unknown path" -> body(UNKNOWN_PATH);
          case "not found" ->
              request -> request.send("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
          case "hang" -> HANG;
          case "reset" -> RawServer.Request::reset;
          default -> body("<html>");
        };
    try (RawServer ipamd = ipamd(body(ENIS), settings, body(metrics(1)))) {
      NodeSnapshot snapshot = reader(ipamd).read();
      assertThat(snapshot.pool()).isPresent();
      assertThat(snapshot.metrics()).isPresent();
      assertThat(snapshot.settings()).isEmpty();
      assertThat(snapshot.problems()).isEmpty();
    }
  }

  @Test
  void settingsAreRequestedOncePerProcessOfIpamd() throws IOException {
    Switchable metrics = new Switchable(metrics(100));
    try (RawServer ipamd = ipamd(body(ENIS), body(SETTINGS), metrics)) {
      IpamdReader reader = reader(ipamd);
      for (int poll = 0; poll < 3; poll++) {
        assertThat(reader.read().settings()).isPresent();
      }
      assertThat(settingsRequested(ipamd)).isOne();

      metrics.become(metrics(200));
      assertThat(reader.read().settings()).isPresent();
      assertThat(reader.read().settings()).isPresent();
      assertThat(settingsRequested(ipamd)).isEqualTo(2);
    }
  }

  @Test
  void unavailableSettingsAreNotRequestedAtEachPoll() throws IOException {
    try (RawServer ipamd = ipamd(body(ENIS), body(UNKNOWN_PATH), body(metrics(100)))) {
      IpamdReader reader = reader(ipamd);
      for (int poll = 0; poll < 3; poll++) {
        assertThat(reader.read().problems()).isEmpty();
      }
      assertThat(settingsRequested(ipamd)).isOne();
    }
  }

  @Test
  void settingsAreRequestedAgainAfterAFailedRequest() throws IOException {
    try (RawServer ipamd = ipamd(body(ENIS), RawServer.Request::reset, body(metrics(100)))) {
      IpamdReader reader = reader(ipamd);
      assertThat(reader.read().settings()).isEmpty();
      assertThat(reader.read().settings()).isEmpty();
      assertThat(settingsRequested(ipamd)).isEqualTo(2);
    }
  }

  @Test
  void settingsOutliveAPollWithoutMetrics() throws IOException {
    Switchable metrics = new Switchable(metrics(100));
    try (RawServer ipamd = ipamd(body(ENIS), body(SETTINGS), metrics)) {
      IpamdReader reader = reader(ipamd);
      assertThat(reader.read().settings()).isPresent();
      metrics.become("cut");
      assertThat(reader.read().settings()).isPresent();
      metrics.become(metrics(100));
      assertThat(reader.read().settings()).isPresent();
      assertThat(settingsRequested(ipamd)).isOne();
    }
  }

  @Test
  void settingsAreDroppedWhileIpamdIsUnreachable() throws IOException {
    Switchable enis = new Switchable(ENIS);
    try (RawServer ipamd = ipamd(enis, body(SETTINGS), body(metrics(100)))) {
      IpamdReader reader = reader(ipamd);
      assertThat(reader.read().settings()).isPresent();
      enis.become("");
      assertThat(reader.read().settings()).isEmpty();
      enis.become(ENIS);
      assertThat(reader.read().settings()).isPresent();
      assertThat(settingsRequested(ipamd)).isEqualTo(2);
    }
  }

  @Test
  void introspectionIsReadOverAUnixSocket() throws IOException {
    Path path = directory.resolve("ipamd.sock");
    try (RawServer ipamd = RawServer.unix(path, body(ENIS))) {
      NodeSnapshot snapshot = poll(Optional.of(ipamd.address()), Optional.empty());
      assertThat(snapshot.pool()).isPresent();
      assertThat(snapshot.problems()).extracting(Problem::source).containsOnly(Source.METRICS);
      assertThat(ipamd.requested()).containsExactly("/v1/enis", "/v1/ipamd-env-settings");
    }
    Files.delete(path);
    NodeSnapshot gone = poll(Optional.of(URI.create("unix:" + path)), Optional.empty());
    assertProblem(gone, Source.INTROSPECTION, Reason.UNREACHABLE, "unix:" + path + ", /v1/enis: ");
  }

  /** Introspection does not answer, so only the metrics show the node's clock. */
  @Test
  void timesFollowTheClockOfIpamdIfOnlyTheMetricsAnswer() throws IOException {
    String later = "Sat, 21 Nov 2026 10:40:00 GMT";
    try (RawServer ipamd =
        ipamd(
            request -> request.refuse(500, "", new byte[0]),
            body(SETTINGS),
            request ->
                request.send(
                    "HTTP/1.1 200 OK\r\nDate: %s\r\nConnection: close\r\n\r\n%s"
                        .formatted(later, metrics(1))))) {
      NodeSnapshot elsewhere = reader(ipamd).byClockOfIpamd().read();
      NodeSnapshot onNode = reader(ipamd).read();
      assertThat(elsewhere.takenAt()).isEqualTo(Instant.parse("2026-11-21T10:40:00Z"));
      assertThat(elsewhere.metrics().orElseThrow().boot()).isEmpty();
      assertThat(onNode.takenAt()).isEqualTo(Decoding.NOW);
      assertThat(onNode.metrics().orElseThrow().boot()).isEqualTo(HostBoot.read());
    }
  }

  private static NodeSnapshot poll(Optional<URI> introspection, Optional<URI> metrics) {
    return new IpamdReader(
            introspection,
            metrics,
            List.of(ERRORS),
            Decoding.COOLDOWN,
            InstantSource.fixed(Decoding.NOW))
        .read();
  }

  private static IpamdReader reader(RawServer ipamd) throws IOException {
    return new IpamdReader(
        Optional.of(ipamd.address()),
        Optional.of(ipamd.address().resolve("/metrics")),
        List.of(ERRORS),
        Decoding.COOLDOWN,
        InstantSource.fixed(Decoding.NOW));
  }

  private static RawServer ipamd(
      RawServer.Answer enis, RawServer.Answer settings, RawServer.Answer metrics)
      throws IOException {
    return new RawServer(
        request -> {
          switch (request.path()) {
            case "/v1/enis" -> enis.to(request);
            case "/v1/ipamd-env-settings" -> settings.to(request);
            case "/metrics" -> metrics.to(request);
            default -> body(UNKNOWN_PATH).to(request);
          }
        });
  }

  private static RawServer.Answer body(String text) {
    return request -> request.ok(text.getBytes(UTF_8));
  }

  private static String metrics(int processStart) {
    return "awscni_ipamd_error_count{fn=\"a\"} 3\n" + metricsOfProcess(processStart);
  }

  private static String metricsOfProcess(int start) {
    return "process_start_time_seconds " + start + "\n";
  }

  private static int settingsRequested(RawServer ipamd) {
    return Collections.frequency(ipamd.requested(), "/v1/ipamd-env-settings");
  }

  private static void assertProblem(
      NodeSnapshot snapshot, Source source, Reason reason, String message) {
    assertThat(snapshot.problems())
        .filteredOn(problem -> problem.source() == source)
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.reason()).isEqualTo(reason);
              assertThat(problem.message()).startsWith(message);
            });
  }

  /** An answer that changes between polls. */
  private static final class Switchable implements RawServer.Answer {
    private volatile String text;

    Switchable(String text) {
      this.text = text;
    }

    void become(String other) {
      text = other;
    }

    @Override
    public void to(RawServer.Request request) throws IOException {
      request.ok(text.getBytes(UTF_8));
    }
  }
}
