package io.cnimetrics.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.cnimetrics.catalog.Metric;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.config.Values;
import io.cnimetrics.text.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.LongStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RecommendTest {
  private static final long START = Instant.parse("2026-11-20T00:00:00Z").getEpochSecond();

  /** A node with 12 pods and a whole idle ENI. No pod starts or ends. */
  private static final Map<Metric, Long> QUIET_NODE =
      Map.ofEntries(
          Map.entry(MetricCatalog.ASSIGN_IP_ADDRESSES, 12L),
          Map.entry(MetricCatalog.COOLING_IP_ADDRESSES, 0L),
          Map.entry(MetricCatalog.TOTAL_IP_ADDRESSES, 28L),
          Map.entry(MetricCatalog.TOTAL_IPV4_PREFIXES, 0L),
          Map.entry(MetricCatalog.EFFECTIVE_MAX_IP_ADDRESSES, 55L),
          Map.entry(MetricCatalog.MAX_IP_ADDRESSES, 56L),
          Map.entry(MetricCatalog.ENI_MAX_AVAILABLE, 4L),
          Map.entry(MetricCatalog.ADD_REQ_COUNT, 500L),
          Map.entry(MetricCatalog.DEL_REQ_COUNT, 488L),
          Map.entry(MetricCatalog.NO_AVAILABLE_IP_ADDRS, 0L),
          Map.entry(MetricCatalog.IPAMD_RESTARTS, 0L),
          Map.entry(MetricCatalog.EC2_API_REQ_COUNT, 90L));

  @TempDir Path directory;

  private final Terminal terminal = new Terminal(Map.of());
  private final List<HttpExchange> requests = new CopyOnWriteArrayList<>();

  /** From this second the cluster has ten nodes. Before, it has one. */
  private long grownAt = Long.MAX_VALUE;

  private HttpServer prometheus;

  @BeforeEach
  void start() throws IOException {
    prometheus = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    prometheus.createContext("/api/v1/query_range", this::answer);
    prometheus.start();
  }

  @AfterEach
  void stop() {
    prometheus.stop(0);
  }

  @Test
  void readsEachDayOfPrometheus() {
    Terminal withLogin = new Terminal(Map.of("RECOMMEND_HEADERS", "Authorization=Bearer%20secret"));

    int exitCode =
        withLogin.run("recommend", "--prometheus=" + url(), "--days=3", "--cluster-id=prod");

    assertThat(withLogin.err()).isEmpty();
    assertThat(exitCode).isZero();
    assertThat(withLogin.out())
        .contains("WARM_IP_TARGET      2\n", "2 on average instead of 16: frees 14")
        .contains("--cluster-name 'prod'");
    assertThat(requests)
        .hasSizeGreaterThan(3)
        .allSatisfy(
            request -> {
              assertThat(request.getRequestHeaders().getFirst("Authorization"))
                  .isEqualTo("Bearer secret");
              Map<String, String> query = query(request);
              assertThat(query.get("query")).matches("cni_\\w+\\{cluster=\"prod\"}");
              assertThat(seconds(query, "end") - seconds(query, "start")).isLessThan(90_000);
            });
  }

  @Test
  void partsBecomeShorterWhenTheClusterGrows() {
    assertThat(recommendGrowingCluster(2_500)).isZero();
    assertThat(terminal.err()).isEmpty();
    assertThat(terminal.out()).contains("9.3 nodes on average", "100.0 % complete");
    assertThat(
            requests.stream()
                .map(RecommendTest::query)
                .filter(query -> query.getOrDefault("query", "").startsWith("cni_enis_max"))
                .map(query -> (seconds(query, "end") + 1 - seconds(query, "start")) / 3_600))
        .startsWith(1L, 20L, 10L, 5L, 2L, 2L)
        .hasSize(13);
  }

  @Test
  void hourOfTheGrownClusterMustFit() {
    assertThat(recommendGrowingCluster(500)).isEqualTo(Cli.FAILED);
    assertThat(terminal.err()).contains("which do not fit into this heap");
  }

  /** The heap has space for this number of minutes of nodes. */
  private int recommendGrowingCluster(int minutes) {
    Instant now = Instant.ofEpochSecond(START);
    grownAt = START - Duration.ofHours(22).toSeconds();
    long heapBytes = (6L << 20) + 116L * minutes;
    Values values = new Values(Map.of("--prometheus", url(), "--days", "1"), Map.of(), List.of());
    return new Recommend(() -> now, heapBytes).run(values, terminal.console());
  }

  @Test
  void errorOfPrometheusIsShownWithoutItsLogin() {
    assertThat(terminal.run("recommend", "--prometheus=" + url() + "/nowhere", "--days=1"))
        .isEqualTo(Cli.FAILED);
    assertThat(terminal.err()).contains("/nowhere/api/v1/query_range: status 404");
  }

  @Test
  void lessThanADayIsTooLittle() throws IOException {
    assertThat(recommend(answer(series("a", "prod", QUIET_NODE, 0, 23 * 60)))).isZero();
    assertThat(terminal.out())
        .contains("Too little data: 23 h 0 min.")
        .doesNotContain("Commands", "WARM_IP_TARGET      ");
  }

  @Test
  void gapsOfAnHourADayAreNamedAndManyGapsForbidTargets() throws IOException {
    List<Object> series = new ArrayList<>();
    for (int hour = 0; hour < 30; hour += 2) {
      series.addAll(series("a", "prod", QUIET_NODE, hour * 60, hour * 60 + 60));
    }

    recommend(answer(series));

    assertThat(terminal.out()).contains("Too many gaps: 52 %").doesNotContain("Commands");
  }

  @Test
  void requestsInAGapAreNamed() throws IOException {
    Map<Metric, Long> later = new LinkedHashMap<>(QUIET_NODE);
    later.put(MetricCatalog.ADD_REQ_COUNT, 503L);
    later.put(MetricCatalog.DEL_REQ_COUNT, 491L);
    List<Object> series = new ArrayList<>(series("a", "prod", QUIET_NODE, 0, 2_000));
    series.addAll(series("a", "prod", later, 2_010, 4_000));

    recommend(answer(series));

    assertThat(terminal.out()).contains("3 requests were made in gaps of over 5 minutes.");
  }

  /** In a gap, 40 pods perhaps ended and started one by one. Within a minute they did not. */
  @ParameterizedTest
  @CsvSource({
    "40, true, '40 requests were made in gaps of over 5 minutes.'",
    "0, false, 'Pods on a ended and started within a short time'"
  })
  void podsOfALongGapDoNotForbidTargets(int gap, boolean targets, String reason)
      throws IOException {
    Map<Metric, Long> full = new LinkedHashMap<>(QUIET_NODE);
    full.put(MetricCatalog.ASSIGN_IP_ADDRESSES, 80L);
    full.put(MetricCatalog.TOTAL_IP_ADDRESSES, 112L);
    full.put(MetricCatalog.TOTAL_IPV4_PREFIXES, 7L);
    full.put(MetricCatalog.EFFECTIVE_MAX_IP_ADDRESSES, 110L);
    full.put(MetricCatalog.MAX_IP_ADDRESSES, 432L);
    List<Object> series = new ArrayList<>(series("a", "prod", full, 0, 2_000));
    full.put(MetricCatalog.ADD_REQ_COUNT, 540L);
    full.put(MetricCatalog.DEL_REQ_COUNT, 528L);
    full.put(MetricCatalog.EC2_API_REQ_COUNT, 99L);
    series.addAll(series("a", "prod", full, 2_000 + gap, 8_000));

    recommend(answer(series));

    assertThat(terminal.out().contains("WARM_IP_TARGET      ")).isEqualTo(targets);
    assertThat(terminal.out().replaceAll("\\s+", " ")).contains(reason);
  }

  @Test
  void nodeThatGetsPrefixesIsInTwoGroups() throws IOException {
    Map<Metric, Long> later = new LinkedHashMap<>(QUIET_NODE);
    later.put(MetricCatalog.TOTAL_IPV4_PREFIXES, 2L);
    List<Object> series = new ArrayList<>(series("a", "prod", QUIET_NODE, 0, 2_000));
    series.addAll(series("a", "prod", later, 2_000, 4_000));

    recommend(answer(series));

    assertThat(terminal.out())
        .contains("a m5.xlarge  ", "a m5.xlarge, prefixes", "WARM_ENI_TARGET=1 with")
        .contains("WARM_PREFIX_TARGET=1");
  }

  @Test
  void refusalsOfTheseDaysAreNamed() throws IOException {
    Map<Metric, Long> later = new LinkedHashMap<>(QUIET_NODE);
    later.put(MetricCatalog.NO_AVAILABLE_IP_ADDRS, 7L);
    later.put(MetricCatalog.ADD_REQ_COUNT, 507L);
    List<Object> series = new ArrayList<>(series("a", "prod", QUIET_NODE, 0, 2_000));
    series.addAll(series("a", "prod", later, 2_000, 4_000));

    recommend(answer(series));

    assertThat(terminal.out())
        .contains("WARM_IP_TARGET      17\n", "the pods need more: 1")
        .contains("ipamD refused 7 requests in these days.");
  }

  @Test
  void presentTargetsAreKeptIfOthersFreeLittle() throws IOException {
    Map<Metric, Long> tight = new LinkedHashMap<>(QUIET_NODE);
    tight.put(MetricCatalog.TOTAL_IP_ADDRESSES, 14L);

    recommend(answer(series("a", "prod", tight, 0, 2_000)));

    assertThat(terminal.out()).contains("Keep the present targets.").doesNotContain("Commands");
  }

  @Test
  void targetsOfAllGroupsFitTheGroupThatNeedsMost() throws IOException {
    Map<Metric, Long> busy = new LinkedHashMap<>(QUIET_NODE);
    List<Object> series = new ArrayList<>(series("a", "prod", QUIET_NODE, 0, 3_000));
    series.addAll(series("b", "prod", busy, 0, 1_500));
    busy.put(MetricCatalog.ADD_REQ_COUNT, 510L);
    busy.put(MetricCatalog.DEL_REQ_COUNT, 498L);
    busy.put(MetricCatalog.EC2_API_REQ_COUNT, 99L);
    series.addAll(series("b", "prod", busy, 1_500, 3_000));

    recommend(answer(series));

    assertThat(terminal.out()).contains("MINIMUM_IP_TARGET   22\n", "a m5.xlarge", "b m5.xlarge");
  }

  @Test
  void severalClustersNeedAChoice() throws IOException {
    List<Object> series = new ArrayList<>(series("a", "prod", QUIET_NODE, 0, 2_000));
    series.addAll(series("b", "test", QUIET_NODE, 0, 2_000));
    Path file = Files.writeString(directory.resolve("answers.json"), answer(series));

    assertThat(terminal.run("recommend", "--file=" + file)).isEqualTo(Cli.FAILED);
    assertThat(terminal.err()).contains("several clusters (prod, test): choose one");
    assertThat(terminal.run("recommend", "--file=" + file, "--cluster-id=test")).isZero();
    assertThat(terminal.out()).startsWith("Cluster    test, 1.0 nodes");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"status\":\"error\",\"error\":\"bad query\"} | the answer is an error: bad query",
        "{\"data\":{\"resultType\":\"vector\",\"result\":[]}} | has the type matrix",
        "{\"data\":{\"resultType\":\"matrix\",\"result\":[ | the JSON is cut short at line 1,"
            + " column 42",
        "{\"metric\":{},\"values\":[[1,\"x\"]]} | such as [1764000000, \"12\"], and not x",
        "{\"metric\":{},\"values\":[[\"x\",\"1\"]]} | such as [1764000000, \"12\"], and not x",
        "{\"metric\":{},\"values\":[[1]]} | such as [1764000000, \"12\"], and not ]",
        "{\"metric\":{},\"values\":[[1,2,3]]} | a point has more than two parts",
        "{\"values\":[[1,\"2\"]]} | expected the labels of a series before its values",
        "<html> | this is not JSON at line 1, column 1"
      })
  void fileWithoutAnswersIsRejected(String content, String message) throws IOException {
    assertThat(recommend(content)).isEqualTo(Cli.FAILED);
    assertThat(terminal.err()).contains("answers.json: ", message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[]", "{\"data\":{\"resultType\":\"matrix\",\"result\":[]}}"})
  void answersWithoutMetricsAreRejected(String content) throws IOException {
    assertThat(recommend(content)).isEqualTo(Cli.FAILED);
    assertThat(terminal.err()).contains("there are no metrics of the agent");
  }

  @Test
  void impossibleValuesAreIgnored() throws IOException {
    String good = answer(series("a", "prod", QUIET_NODE, 0, 2_000));
    String bad =
        good.replace("[%d,\"12\"]".formatted(START + 60), "[%d,\"NaN\"]".formatted(START + 60))
            .replace("[%d,\"12\"]".formatted(START + 120), "[%d,\"1e300\"]".formatted(START + 120))
            .replace("[%d,\"12\"]".formatted(START + 180), "[%d,\"-4\"]".formatted(START + 180));

    assertThat(recommend(bad)).isZero();
    assertThat(terminal.out()).contains("99.9 % complete", "WARM_IP_TARGET      2\n");
  }

  @Test
  void subnetWithoutNumbersIsLeftOut() throws IOException {
    List<Object> series = new ArrayList<>(series("a", "prod", QUIET_NODE, 0, 2_000));
    Map<String, Object> labels = new LinkedHashMap<>();
    labels.put("__name__", MetricCatalog.SUBNET_FREE_IPS.prometheus().family());
    labels.put("cluster", "prod");
    labels.put("subnet_id", "subnet-1");
    series.add(Json.object("metric", labels, "values", List.of(List.of(START, "NaN"))));

    assertThat(recommend(answer(series))).isZero();
    assertThat(terminal.out()).doesNotContain("Subnet").contains("Commands");
  }

  @Test
  void oneSourceMustBeGiven() {
    assertThat(terminal.run("recommend")).isEqualTo(Cli.USAGE);
    assertThat(terminal.run("recommend", "--file=x", "--prometheus=http://x:1"))
        .isEqualTo(Cli.USAGE);
    assertThat(terminal.run("recommend", "--prometheus=http://user:secret@x:1"))
        .isEqualTo(Cli.USAGE);
    assertThat(terminal.err())
        .contains("give either --prometheus or --file", "set the header in RECOMMEND_HEADERS")
        .doesNotContain("secret");
  }

  @Test
  void emptyFileNameIsRefused() {
    assertThat(terminal.refusal("recommend", "--file=")).contains("--file is empty: expected");
  }

  @Test
  void missingFileIsNamed() {
    assertThat(terminal.run("recommend", "--file=/nowhere/x")).isEqualTo(Cli.FAILED);
    assertThat(terminal.err()).contains("--file /nowhere/x: no such file\n");
  }

  @Test
  void cutGzipFileIsNamed() throws IOException {
    ByteArrayOutputStream zipped = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(zipped)) {
      gzip.write("{\"data\":{}}".getBytes(UTF_8));
    }
    Path file = directory.resolve("answers.json.gz");
    Files.write(file, Arrays.copyOf(zipped.toByteArray(), 14));

    assertThat(terminal.run("recommend", "--file=" + file)).isEqualTo(Cli.FAILED);
    assertThat(terminal.err()).contains("answers.json.gz: the gzip file is cut short\n");
  }

  @Test
  void unknownClusterListsTheClustersOfTheData() throws IOException {
    List<Object> series = new ArrayList<>(series("a", "prod", QUIET_NODE, 0, 10));
    series.addAll(series("b", "test", QUIET_NODE, 0, 10));

    assertThat(recommend(answer(series), "--cluster-id=prd")).isEqualTo(Cli.FAILED);
    assertThat(terminal.err())
        .contains("with cluster=\"prd\"", "; the data has the clusters prod, test\n");
  }

  @Test
  void daysOfFileCannotBeChosen() throws IOException {
    assertThat(recommend("", "--days=3")).isEqualTo(Cli.USAGE);
    assertThat(terminal.err()).contains("--days is only for --prometheus");
  }

  private int recommend(String content, String... flags) throws IOException {
    Path file = Files.writeString(directory.resolve("answers.json"), content);
    List<String> words = new ArrayList<>(List.of("recommend", "--file=" + file));
    words.addAll(List.of(flags));
    return terminal.run(words.toArray(String[]::new));
  }

  private String url() {
    return "http://127.0.0.1:" + prometheus.getAddress().getPort();
  }

  /** Answers like Prometheus, for nodes whose pods never change. */
  private void answer(HttpExchange exchange) throws IOException {
    requests.add(exchange);
    Map<String, String> query = query(exchange);
    String family = query.getOrDefault("query", "").replaceFirst("\\{.*", "");
    List<Object> series = new ArrayList<>();
    QUIET_NODE.forEach(
        (metric, value) -> {
          if (metric.prometheus().family().equals(family)) {
            long start = seconds(query, "start");
            long end = seconds(query, "end");
            series.add(oneSeries(metric, "a", "prod", value, start, end));
            for (int i = 1; i < 10 && grownAt <= end; i++) {
              series.add(oneSeries(metric, "a" + i, "prod", value, Math.max(start, grownAt), end));
            }
          }
        });
    byte[] body = answer(series).getBytes(UTF_8);
    exchange.sendResponseHeaders(200, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  private static Map<String, String> query(HttpExchange exchange) {
    Map<String, String> query = new LinkedHashMap<>();
    for (String pair : exchange.getRequestURI().getRawQuery().split("&", -1)) {
      String[] parts = pair.split("=", 2);
      query.put(parts[0], URLDecoder.decode(parts[1], UTF_8));
    }
    return query;
  }

  private static long seconds(Map<String, String> query, String name) {
    return Long.parseLong(query.getOrDefault(name, ""));
  }

  private static String answer(List<Object> series) {
    return Json.compact(
        Json.object(
            "status", "success", "data", Json.object("resultType", "matrix", "result", series)));
  }

  private static List<Object> series(
      String node, String cluster, Map<Metric, Long> values, int fromMinute, int untilMinute) {
    List<Object> series = new ArrayList<>();
    values.forEach(
        (metric, value) ->
            series.add(
                oneSeries(
                    metric,
                    node,
                    cluster,
                    value,
                    START + 60L * fromMinute,
                    START + 60L * untilMinute - 1)));
    return series;
  }

  private static Object oneSeries(
      Metric metric, String node, String cluster, long value, long from, long until) {
    Map<String, Object> labels = new LinkedHashMap<>(metric.prometheus().labels());
    labels.put("__name__", metric.prometheus().family());
    labels.put("cluster", cluster);
    labels.put("node", node);
    labels.put("nodegroup", node);
    labels.put("instance_type", "m5.xlarge");
    Duration step = Duration.ofMinutes(1);
    List<Object> points =
        LongStream.iterate(from, second -> second <= until, second -> second + step.toSeconds())
            .<Object>mapToObj(second -> List.of(second, String.valueOf(value)))
            .toList();
    return Json.object("metric", labels, "values", points);
  }
}
