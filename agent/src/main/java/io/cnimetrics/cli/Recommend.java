package io.cnimetrics.cli;

import io.cnimetrics.aws.BoundedGet;
import io.cnimetrics.aws.SettingsException;
import io.cnimetrics.catalog.PrometheusName;
import io.cnimetrics.config.Flag;
import io.cnimetrics.config.FlagType;
import io.cnimetrics.config.Otlp;
import io.cnimetrics.config.Parsers;
import io.cnimetrics.config.Settings;
import io.cnimetrics.config.Values;
import io.cnimetrics.recommend.Observations;
import io.cnimetrics.recommend.QueryAnswers;
import io.cnimetrics.recommend.Recommendation;
import io.cnimetrics.recommend.RecommendationTable;
import io.cnimetrics.recommend.Recommender;
import io.cnimetrics.text.Console;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code recommend} finds the warm targets that fit the last days of a cluster.
 *
 * @param heapBytes the largest size of the heap
 */
record Recommend(InstantSource clock, long heapBytes) implements Command {
  private static final Flag<URI> PROMETHEUS =
      Flag.of("--prometheus", "RECOMMEND_PROMETHEUS", FlagType.of("URL", Otlp::prometheus))
          .ifAbsent(
              "none: reads --file",
              "address of a Prometheus with the agents' metrics, such as http://prometheus:9090;"
                  + " for subnets, the agents must run with --subnets; set headers in"
                  + " RECOMMEND_HEADERS");
  private static final Flag<Path> FILE =
      Flag.of(
              "--file",
              "RECOMMEND_FILE",
              FlagType.of("FILE", Parsers.matching(".+", "expected a file").andThen(Path::of)))
          .ifAbsent(
              "none: reads --prometheus",
              "file with answers of query_range from Prometheus or from CloudWatch's PromQL, plain"
                  + " or gzipped. Metrics that were sent by PutMetricData are not enough, because"
                  + " they do not name the node");
  private static final Flag<Integer> DAYS =
      Flag.of("--days", "RECOMMEND_DAYS", FlagType.number(1, 30))
          .defaultsTo("7", "number of days that --prometheus reads, up to now");
  private static final Flag<String> CLUSTER =
      Settings.CLUSTER_ID.ifAbsent("the only cluster of the data", "name of the cluster");
  private static final Flag<Output> OUTPUT = Command.output("RECOMMEND_OUTPUT");

  private static final Duration READ_TIMEOUT = Duration.ofMinutes(2);
  private static final long MOST_ANSWER_BYTES = 1L << 30;

  @Override
  public List<Flag<?>> flags() {
    return List.of(PROMETHEUS, FILE, DAYS, CLUSTER, Settings.HOST_NETWORK_PODS, OUTPUT);
  }

  @Override
  public int run(Values values, Console console) {
    Optional<URI> prometheus = values.find(PROMETHEUS);
    Optional<Path> file = values.find(FILE);
    if (values.isGiven(PROMETHEUS) == values.isGiven(FILE)) {
      values.problem("give either --prometheus or --file");
    }
    if (file.isPresent() && values.isFlag(DAYS)) {
      values.problem("--days is only for --prometheus: the command reads the whole --file");
    }
    int days = values.get(DAYS);
    Optional<String> cluster = values.find(CLUSTER);
    Map<String, String> headers = Otlp.headers(values, "RECOMMEND_HEADERS");
    Data data =
        new Data(
            cluster,
            new Observations(cluster, heapBytes),
            new Recommender(values.get(Settings.HOST_NETWORK_PODS)));
    Output output = values.get(OUTPUT);
    values.check();
    try {
      if (file.isPresent()) {
        data.read(file.get());
      } else {
        data.query(prometheus.orElseThrow(), headers, days, clock.instant());
      }
      Recommendation found = data.recommend();
      console.print(
          switch (output) {
            case TABLE -> RecommendationTable.of(found, console.palette());
            case JSON -> found.json();
          });
      return Cli.OK;
    } catch (IOException | SettingsException e) {
      console.error(String.valueOf(e.getMessage()));
      return Cli.FAILED;
    }
  }

  private record Data(
      Optional<String> cluster, Observations observations, Recommender recommender) {
    void read(Path file) throws IOException {
      try (InputStream input = Files.newInputStream(file)) {
        QueryAnswers.read(input, observations);
      } catch (IOException e) {
        throw new IOException("--file %s: %s".formatted(file, FileError.reason(e)), e);
      }
      add();
    }

    /**
     * Reads one part after the other, so that only the data of one part is in memory. If the
     * cluster grew so much that a part does not fit, reads a shorter part.
     */
    void query(URI prometheus, Map<String, String> headers, int days, Instant now)
        throws IOException {
      BoundedGet http = new BoundedGet(headers, READ_TIMEOUT, MOST_ANSWER_BYTES);
      Instant from = now.minus(Duration.ofDays(days));
      for (long hours = 1; from.isBefore(now); ) {
        Instant until = from.plus(Duration.ofHours(hours));
        for (String family : Observations.families()) {
          URI url = url(prometheus, family, from, until.isBefore(now) ? until : now);
          read(http, url);
        }
        if (observations.fits() || hours == 1) {
          hours = observations.fittingHours();
          add();
          from = until;
        } else {
          observations.forgetNodes();
          hours /= 2;
        }
      }
    }

    private void read(BoundedGet http, URI url) throws IOException {
      try {
        http.get(url, body -> QueryAnswers.read(body, observations));
      } catch (IOException e) {
        throw new IOException(
            e.getMessage()
                + "; check --prometheus, which is the URL of Prometheus' API, such as"
                + " http://127.0.0.1:9090 after a port-forward",
            e);
      }
    }

    private URI url(URI prometheus, String family, Instant from, Instant until) {
      String query =
          family + cluster.map(name -> "{cluster" + PrometheusName.equal(name) + "}").orElse("");
      return URI.create(
          "%s/api/v1/query_range?query=%s&start=%d&end=%d&step=60"
              .formatted(
                  prometheus.toString().replaceFirst("/+$", ""),
                  URLEncoder.encode(query, StandardCharsets.UTF_8),
                  from.getEpochSecond(),
                  until.getEpochSecond() - 1));
    }

    private void add() throws IOException {
      if (observations.clusters().size() > 1) {
        throw new IOException(
            "the data has several clusters (%s): choose one with --cluster-id"
                .formatted(String.join(", ", observations.clusters())));
      }
      recommender.add(observations.takeNodes());
    }

    Recommendation recommend() throws IOException {
      if (observations.clusters().isEmpty()) {
        throw new IOException(
            "there are no metrics of the agent%s: expected series such as %s with the label node%s"
                .formatted(
                    cluster.map(name -> " with cluster=\"" + name + "\"").orElse(""),
                    Observations.families().get(0),
                    observations.otherClusters().isEmpty()
                        ? ""
                        : "; the data has the clusters "
                            + String.join(", ", observations.otherClusters())));
      } else if (recommender.isEmpty()) {
        throw new IOException(
            "no minute has all metrics that the targets depend on: %s"
                .formatted(String.join(", ", Observations.families())));
      }
      return recommender.recommend(
          observations.clusters().stream().filter(name -> !name.isEmpty()).findFirst(),
          observations.subnets());
    }
  }
}
