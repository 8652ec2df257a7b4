package io.cnimetrics.prometheus;

import io.cnimetrics.aws.FakeImds;
import io.cnimetrics.otlp.OtlpReceiver;
import io.cnimetrics.simulator.Scenario;
import io.cnimetrics.testing.AgentProcess;
import io.cnimetrics.testing.HealthPages;
import io.cnimetrics.testing.ServedIpamd;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;

/** A node: its ipamD, its instance metadata, its receivers of OTLP, and its agent's process. */
final class AgentNode implements AutoCloseable {
  static final String CLUSTER = "prod";

  /** ipamD counts for this time before the run, so its totals are lower after a restart. */
  private static final Duration WARM = Duration.ofMinutes(5);

  private static final AwsBasicCredentials KEYS = AwsBasicCredentials.create("AKIDEXAMPLE", "key");

  private final String name;
  private final boolean signed;
  private final Path directory;
  private final ServedIpamd ipamd;
  private final FakeImds imds;
  private final OtlpReceiver cloudWatch;
  private final Relay relay;
  private final HealthPages health = HealthPages.onFreePort();
  private final List<AgentProcess.Running> runs = new ArrayList<>();
  private final List<Instant> stops = new ArrayList<>();

  /**
   * @param signed whether the agent sends with a signature to CloudWatch's endpoint; otherwise it
   *     sends to a configured URL
   * @param prometheus Prometheus' URL for OTLP metrics
   */
  AgentNode(
      String name,
      String instance,
      Scenario scenario,
      boolean signed,
      URI prometheus,
      Path directory)
      throws IOException {
    this.name = name;
    this.signed = signed;
    this.directory = Files.createDirectory(directory.resolve(name));
    this.ipamd = new ServedIpamd(scenario, WARM);
    this.imds = FakeImds.ofAnInstance().with("instance-id", instance);
    this.cloudWatch =
        new OtlpReceiver(signed ? Optional.of(KEYS) : Optional.empty(), InstantSource.system());
    this.relay = new Relay(prometheus, cloudWatch);
  }

  String name() {
    return name;
  }

  Relay relay() {
    return relay;
  }

  /** The stand-in for CloudWatch, which receives the same requests as Prometheus. */
  OtlpReceiver cloudWatch() {
    return cloudWatch;
  }

  ServedIpamd ipamd() {
    return ipamd;
  }

  /** The address of the agent's page for Prometheus. */
  String page() {
    return health.address();
  }

  /** The times at which an agent ended. */
  List<Instant> stops() {
    return stops;
  }

  void start() {
    Map<String, String> variables = new HashMap<>();
    variables.put("JAVA_OPTS", "-Xmx48m");
    variables.put("AWS_EC2_METADATA_DISABLED", "false");
    variables.put("AWS_EC2_METADATA_SERVICE_ENDPOINT", imds.endpoint().toString());
    String endpoint = relay.url() + "/api/v1/otlp/v1/metrics";
    if (signed) {
      endpoint = "cloudwatch";
      variables.put("AWS_ENDPOINT_URL_CLOUDWATCH", relay.url().toString());
      variables.put("AWS_ACCESS_KEY_ID", KEYS.accessKeyId());
      variables.put("AWS_SECRET_ACCESS_KEY", KEYS.secretAccessKey());
    }
    runs.add(
        AgentProcess.of("run", "--poll-interval", "10s", "--node-name", name)
            .with("--cluster-id", CLUSTER, "--cloudwatch=false", "--prometheus=true")
            .with("--otlp-endpoint", endpoint, "--health-address", page())
            .with("--state-dir", directory.resolve("state").toString())
            .reading(ipamd.introspectionUrl(), ipamd.metricsUrl())
            .in(variables)
            .start());
  }

  /** Ends the agent by SIGTERM. */
  void stop() {
    stops.add(Instant.now());
    int exitCode = running().stop().exitCode();
    if (exitCode != 0) {
      throw new AssertionError(name + ": exit code " + exitCode);
    }
  }

  /** Ends the agent by SIGKILL. */
  void kill() {
    stops.add(Instant.now());
    running().kill();
  }

  /** The output of doctor on this node. */
  String doctor() {
    return AgentProcess.of("doctor", "--node-name", name, "--cluster-id", CLUSTER)
        .with("--health-address", page(), "--cloudwatch=false")
        .with("--state-dir", directory.resolve("state").toString())
        .reading(ipamd.introspectionUrl(), ipamd.metricsUrl())
        .in(Map.of("AWS_EC2_METADATA_DISABLED", "false"))
        .in(Map.of("AWS_EC2_METADATA_SERVICE_ENDPOINT", imds.endpoint().toString()))
        .in(Map.of("COLUMNS", "80"))
        .run()
        .out();
  }

  /** The agent's lines about errors. */
  List<String> errors() {
    return runs.stream()
        .flatMap(run -> run.log().stream())
        .filter(line -> line.contains(" ERROR "))
        .toList();
  }

  private AgentProcess.Running running() {
    return runs.get(runs.size() - 1);
  }

  @Override
  public void close() {
    runs.forEach(AgentProcess.Running::close);
    relay.close();
    cloudWatch.close();
    ipamd.close();
    try {
      imds.close();
      Files.write(directory.resolve("log"), runs.stream().flatMap(r -> r.log().stream()).toList());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
