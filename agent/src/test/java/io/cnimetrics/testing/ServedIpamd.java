package io.cnimetrics.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import io.cnimetrics.simulator.Scenario;
import io.cnimetrics.simulator.SimulatedIpamd;
import io.cnimetrics.simulator.SimulatedIpamd.NodeState;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * A simulated ipamD that records the true state for each of its answers. The model does not change
 * during an answer, so the answer shows exactly the recorded state.
 */
public final class ServedIpamd implements AutoCloseable {
  /** Gauges by their names in CloudWatch, and their true values. */
  public static final Map<String, ToDoubleFunction<NodeState>> GAUGES =
      Map.of(
          "assignIPAddresses", NodeState::assigned,
          "totalIPAddresses", NodeState::total,
          "eniAllocated", NodeState::enis,
          "coolingIPAddresses", NodeState::cooling);

  /** Counters by their names in CloudWatch, and their names in ipamD. */
  public static final Map<String, String> COUNTERS =
      Map.of(
          "addReqCount", "awscni_add_ip_req_count",
          "delReqCount", "awscni_del_ip_req_count",
          "noAvailableIPAddrs", "awscni_no_available_ip_addresses",
          "ipamdErr", "awscni_ipamd_error_count",
          "podENIErr", "awscni_pod_eni_error_count",
          "reconcileCount", "awscni_reconcile_count",
          "awsAPIErr", "awscni_aws_api_error_count",
          "ec2ApiReqCount", "awscni_ec2api_req_count");

  private static final String METRICS = "/metrics";
  private static final String ENIS = "/v1/enis";

  private final FakeClock clock = new FakeClock(Instant.now());
  private final HttpClient http =
      HttpClient.newBuilder().proxy(HttpClient.Builder.NO_PROXY).build();
  private final List<Answer> answers = new ArrayList<>();
  private final SimulatedIpamd ipamd;
  private final LoopbackServer server;
  private int restarts;

  /**
   * The truth at the time of an answer.
   *
   * @param metrics true for the Prometheus text, false for the list of interfaces
   * @param process 0 for ipamD's first process, 1 after one restart
   */
  public record Answer(Instant at, boolean metrics, int process, NodeState truth) {
    /**
     * The sum of a counter's increases between consecutive answers, including restarts of ipamD.
     */
    public static double increase(String counter, List<Answer> answers) {
      double sum = 0;
      for (int i = 1; i < answers.size(); i++) {
        Answer last = answers.get(i - 1);
        Answer now = answers.get(i);
        double before = now.process() == last.process() ? last.truth().counter(counter) : 0;
        sum += now.truth().counter(counter) - before;
      }
      return sum;
    }
  }

  /** Starts on a free port, with a node that has been running for the warm-up time. */
  public ServedIpamd(Scenario scenario, Duration warmUp) {
    this.ipamd = SimulatedIpamd.start(scenario, SimulatedIpamd.Ports.ANY, warmUp, clock);
    this.server = new LoopbackServer(this::answer);
  }

  public URI introspectionUrl() {
    return server.url();
  }

  public URI metricsUrl() {
    return introspectionUrl().resolve(METRICS);
  }

  /** All answers so far, oldest first. */
  public synchronized List<Answer> answers() {
    return List.copyOf(answers);
  }

  /** Restarts ipamD: its counters start from 0, the pods keep running. */
  public synchronized void restart() {
    moveToNow();
    ipamd.restart();
    restarts++;
  }

  @Override
  public void close() {
    server.close();
    ipamd.close();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = serve(exchange.getRequestURI().getPath());
      exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
      exchange.sendResponseHeaders(200, 0);
      exchange.getResponseBody().write(body);
    }
  }

  private synchronized byte[] serve(String path) throws IOException {
    moveToNow();
    boolean metrics = path.equals(METRICS);
    String url = metrics ? ipamd.metricsUrl() : ipamd.introspectionUrl() + path;
    String body = get(URI.create(url));
    if (metrics || path.equals(ENIS)) {
      answers.add(new Answer(clock.instant(), metrics, restarts, ipamd.state()));
    }
    return body.getBytes(UTF_8);
  }

  private void moveToNow() {
    clock.advance(Duration.between(clock.instant(), Instant.now()));
  }

  private String get(URI url) throws IOException {
    try {
      return http.send(HttpRequest.newBuilder(url).build(), BodyHandlers.ofString()).body();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }
}
