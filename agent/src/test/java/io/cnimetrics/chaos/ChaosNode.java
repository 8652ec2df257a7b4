package io.cnimetrics.chaos;

import io.cnimetrics.simulator.PodSchedule;
import io.cnimetrics.simulator.Scenario;
import io.cnimetrics.testing.AgentProcess;
import io.cnimetrics.testing.Eventually;
import io.cnimetrics.testing.HealthPages;
import io.cnimetrics.testing.ServedIpamd;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/** A node with a simulated ipamD, simulated AWS services, and an agent in its own process. */
final class ChaosNode implements AutoCloseable {
  private static final Duration WARM = Duration.ofSeconds(60);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(10);
  private static final Duration SURELY_WRITTEN = Duration.ofSeconds(30);

  /**
   * The agent checks each minute whether its files exist. A hanging request delays this check by 10
   * s.
   */
  private static final Duration NOTICED = Duration.ofSeconds(80);

  /** A Java runtime needs CPU time to start. */
  private static final Duration CPU_OF_START = Duration.ofSeconds(10);

  /** An agent may use one twentieth of a core. */
  private static final int CPU_SHARE = 20;

  private static final String COMPLAINT = "state cannot be kept on disk";
  private static final String CLUSTER = "chaos";
  private static final String HOST = "cloudwatch.test";

  private final String name;
  private final Set<Edge> edges;
  private final Path directory;
  private final StateDirectory state;
  private final ServedIpamd ipamd;
  private final Optional<SteppedClock> clock;
  private final CloudWatchService cloudWatch;
  private final Metadata metadata = new Metadata();
  private final Map<Edge, FaultyServer> servers = new EnumMap<>(Edge.class);
  private final String health = HealthPages.onFreePort().address();
  private final List<Disturbance> disturbances = new ArrayList<>();
  private final List<String> errors = new ArrayList<>();
  private final List<AgentProcess.Running> runs = new ArrayList<>();
  private long complaints;

  /**
   * @param edges the places that can fail; they also determine the services that the node uses
   * @param pods a schedule for {@link PodSchedule#parse}
   */
  ChaosNode(String name, Set<Edge> edges, String pods, Path directory) throws IOException {
    this.name = name;
    this.edges = Set.copyOf(edges);
    this.directory = Files.createDirectory(directory.resolve(name));
    this.state = new StateDirectory(this.directory.resolve("state"));
    this.clock =
        edges.contains(Edge.CLOCK)
            ? Optional.of(new SteppedClock(this.directory))
            : Optional.empty();
    this.cloudWatch =
        new CloudWatchService(
            clock.<InstantSource>map(stepped -> stepped::right).orElse(InstantSource.system()));
    this.ipamd = new ServedIpamd(Scenario.of("m5.xlarge").pods(PodSchedule.parse(pods)), WARM);
    servers.put(Edge.CLOUDWATCH, new FaultyServer(cloudWatch));
    servers.put(Edge.PROXY, new FaultyServer(cloudWatch));
    servers.put(Edge.POD_IDENTITY, new FaultyServer(new Credentials()));
    servers.put(Edge.STS, new FaultyServer(new Credentials()));
    Files.writeString(token(), "token");
    servers.put(Edge.IMDS, new FaultyServer(metadata));
    servers.put(Edge.EC2, new FaultyServer(new Tags(CLUSTER)));
    servers.put(Edge.INTROSPECTION, new FaultyServer(new IpamdService(ipamd.introspectionUrl())));
    servers.put(Edge.METRICS, new FaultyServer(new IpamdService(ipamd.introspectionUrl())));
    knowHost(true);
    if (edges.contains(Edge.STATE_DISK)) {
      state.mountDiskOfItsOwn();
    }
  }

  String name() {
    return name;
  }

  boolean remembers() {
    return edges.contains(Edge.STATE_FILE)
        || edges.contains(Edge.STATE_DISK)
        || edges.contains(Edge.STATE_REMOVED)
        || edges.contains(Edge.CLOCK);
  }

  /** The id of the process of the current agent. */
  long pid() {
    return running().pid();
  }

  /** Whether this machine permits the fault. */
  boolean suffers(Fault fault) {
    return switch (fault.kind()) {
      case DISK_FULL, FULL_AND_KILLED, READ_ONLY, READ_ONLY_START -> state.isDisk();
      default -> fault.edge() != Edge.CLOCK || clock.filter(SteppedClock::canStep).isPresent();
    };
  }

  /** The data of this node so far. */
  synchronized NodeRecord record() {
    return new NodeRecord(
        name,
        remembers(),
        ipamd.answers(),
        disturbances,
        cloudWatch.puts(),
        clock.map(SteppedClock::steps).orElse(List.of()),
        errors);
  }

  /** Starts an agent. The previous agent must have ended. */
  void start() {
    AgentProcess agent =
        AgentProcess.of("run", "--poll-interval", "10s", "--node-name", name)
            .with("--introspection-url", url(Edge.INTROSPECTION))
            .with("--metrics-url", url(Edge.METRICS) + "/metrics")
            .with("--health-address", health)
            .with("--dimensions", "CLUSTER_ID,NODE")
            .in(environment());
    if (!edges.contains(Edge.EC2)) {
      agent.with("--cluster-id", CLUSTER, "--region", "eu-west-1");
    }
    if (remembers()) {
      agent.with("--state-dir", state.path().toString());
    }
    runs.add(agent.start());
  }

  private Map<String, String> environment() {
    Map<String, String> variables =
        new HashMap<>(clock.map(SteppedClock::environment).orElse(Map.of()));
    String options = "-Xmx48m";
    variables.put("AWS_ENDPOINT_URL_CLOUDWATCH", url(Edge.CLOUDWATCH));
    if (edges.contains(Edge.NAMES)) {
      options += " -Djdk.net.hosts.file=" + hosts();
      int port = server(Edge.CLOUDWATCH).url().getPort();
      variables.put("AWS_ENDPOINT_URL_CLOUDWATCH", "http://" + HOST + ":" + port);
    }
    if (edges.contains(Edge.PROXY)) {
      variables.put("HTTP_PROXY", url(Edge.PROXY));
      variables.put("NO_PROXY", "");
      variables.put("AWS_ENDPOINT_URL_CLOUDWATCH", "http://behind-the-proxy.test");
    }
    if (edges.contains(Edge.POD_IDENTITY)) {
      variables.put(
          "AWS_CONTAINER_CREDENTIALS_FULL_URI", url(Edge.POD_IDENTITY) + Credentials.POD_IDENTITY);
      variables.put("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", token().toString());
    } else if (edges.contains(Edge.STS)) {
      variables.put("AWS_REGION", "eu-west-1");
      variables.put("AWS_ENDPOINT_URL_STS", url(Edge.STS));
      variables.put("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/chaos");
      variables.put("AWS_WEB_IDENTITY_TOKEN_FILE", token().toString());
    } else if (edges.contains(Edge.IMDS)) {
      variables.put("AWS_EC2_METADATA_DISABLED", "false");
      variables.put("AWS_EC2_METADATA_SERVICE_ENDPOINT", url(Edge.IMDS));
      variables.put("AWS_ENDPOINT_URL_EC2", url(Edge.EC2));
    } else {
      variables.put("AWS_ACCESS_KEY_ID", "key");
      variables.put("AWS_SECRET_ACCESS_KEY", "secret");
    }
    variables.put("JAVA_OPTS", options);
    return variables;
  }

  private FaultyServer server(Edge edge) {
    FaultyServer server = servers.get(edge);
    if (server == null) {
      throw new IllegalArgumentException(edge + " is not a server");
    }
    return server;
  }

  private String url(Edge edge) {
    return server(edge).url().toString();
  }

  private Path token() {
    return directory.resolve("token");
  }

  private Path hosts() {
    return directory.resolve("hosts");
  }

  private void knowHost(boolean known) throws IOException {
    Files.writeString(hosts(), known ? "127.0.0.1 " + HOST + "\n" : "# none\n");
  }

  /** Starts a fault, and returns its start time. */
  Instant begin(Fault fault, Random random) throws IOException {
    Instant now = Instant.now();
    switch (fault.kind()) {
      case IPAMD_RESTART -> ipamd.restart();
      case EXPIRED_KEYS -> cloudWatch.refuseKeysBelow(metadata.changeKeys());
      case NO_SUCH_HOST -> knowHost(false);
      case SIGTERM -> stop();
      case SIGKILL, TORN, OVERWRITTEN -> kill();
      case SIGSTOP -> signal("STOP");
      case DISK_FULL, FULL_AND_KILLED -> state.fill();
      case REMOVED_STATE -> state.remove(true, false);
      case REMOVED_LOCK -> state.remove(false, true);
      case REMOVED_FILES -> state.remove(true, true);
      case READ_ONLY -> {
        complaints = complaints();
        state.protect(true);
      }
      case READ_ONLY_START -> startReadOnly();
      case AHEAD_2S, BACK_2S, AHEAD_90S, BACK_90S, AHEAD_1H, BACK_1H -> {
        acknowledge();
        step(fault.kind().step());
      }
      default -> server(fault.edge()).begin(fault.kind());
    }
    if (fault.kind() == Kind.TORN) {
      state.tear(1 + random.nextInt(20));
    } else if (fault.kind() == Kind.OVERWRITTEN) {
      state.overwrite(random);
    }
    return now;
  }

  private void startReadOnly() throws IOException {
    Instant from = Instant.now();
    kill();
    state.protect(true);
    Instant beforeStart = Instant.now();
    start();
    happened(Edge.STATE_LOSS, Kind.READ_ONLY_START, from, beforeStart);
  }

  private void step(Duration by) throws IOException {
    if (clock.isPresent()) {
      clock.get().step(by);
    }
  }

  /** Ends a fault. */
  void end(Fault fault, Instant from) throws IOException {
    Kind kind = fault.kind();
    // An agent polls as soon as it starts. This thread can be much slower.
    Instant beforeStart = Instant.now();
    switch (kind) {
      case SIGTERM, SIGKILL, TORN, OVERWRITTEN -> start();
      case SIGSTOP -> signal("CONT");
      case NO_SUCH_HOST -> knowHost(true);
      case DISK_FULL -> state.free();
      case FULL_AND_KILLED -> killOnFullDisk();
      case REMOVED_STATE, REMOVED_LOCK, REMOVED_FILES -> expectFilesAgain(kind);
      case READ_ONLY -> {
        expectOneComplaint(Duration.between(from, Instant.now()));
        state.protect(false);
      }
      case READ_ONLY_START -> state.protect(false);
      case AHEAD_2S, BACK_2S, AHEAD_90S, BACK_90S, AHEAD_1H, BACK_1H -> step(kind.step().negated());
      case IPAMD_RESTART, EXPIRED_KEYS -> {}
      default -> server(fault.edge()).end();
    }
    switch (kind) {
      case READ_ONLY_START -> happened(Edge.STATE_DISK, Kind.READ_ONLY, from);
      case FULL_AND_KILLED -> happened(Edge.STATE_DISK, Kind.DISK_FULL, from);
      case SIGTERM, SIGKILL, TORN, OVERWRITTEN -> happened(fault.edge(), kind, from, beforeStart);
      default -> happened(fault.edge(), kind, from);
    }
  }

  /** Kills the agent, and records whether the next agent will find a state on the full disk. */
  private void killOnFullDisk() throws IOException {
    Instant from = Instant.now();
    kill();
    boolean kept = state.hasState();
    state.free();
    Instant beforeStart = Instant.now();
    start();
    if (kept) {
      happened(Edge.PROCESS, Kind.SIGKILL, from, beforeStart);
    } else {
      happened(Edge.STATE_LOSS, Kind.FULL_AND_KILLED, from, beforeStart);
    }
  }

  private void expectFilesAgain(Kind kind) {
    if (!Eventually.within(NOTICED, state::isComplete)) {
      error("files of the state are missing " + NOTICED + " after " + kind);
    }
  }

  private long complaints() {
    return running().log().stream().filter(line -> line.contains(COMPLAINT)).count();
  }

  private void expectOneComplaint(Duration after) {
    long times = complaints() - complaints;
    if (times > 1 || (times == 0 && after.compareTo(SURELY_WRITTEN) > 0)) {
      error("logged %d times after %s: %s".formatted(times, after, COMPLAINT));
    }
  }

  private void happened(Edge edge, Kind kind, Instant from) {
    happened(edge, kind, from, Instant.now());
  }

  private synchronized void happened(Edge edge, Kind kind, Instant from, Instant to) {
    disturbances.add(new Disturbance(edge, kind, from, to));
  }

  /** If the clock is so far behind that the agent would wait long, sets the clock ahead. */
  void acknowledge() throws IOException {
    if (clock.isPresent()) {
      clock.get().catchUp();
    }
  }

  /** Ends the agent with SIGTERM. */
  void stop() {
    expectAlive();
    expectLittleCpu();
    AgentProcess.Result result = running().stop();
    if (result.exitCode() != 0 || result.time().compareTo(STOP_LIMIT) > 0) {
      error("SIGTERM: exit code %d after %s".formatted(result.exitCode(), result.time()));
    }
    expectNoBug();
  }

  private void kill() {
    expectAlive();
    expectLittleCpu();
    running().kill();
    expectNoBug();
  }

  private void expectAlive() {
    if (!running().isRunning()) {
      error("ended without a signal: " + running().log());
    }
  }

  private void expectLittleCpu() {
    Duration used = running().cpuTime();
    Duration age = running().age();
    if (used.compareTo(CPU_OF_START.plus(age.dividedBy(CPU_SHARE))) > 0) {
      error("used %s of CPU time in %s".formatted(used, age));
    }
  }

  private void expectNoBug() {
    running().log().stream().filter(line -> line.contains(" ERROR ")).forEach(this::error);
  }

  synchronized void error(String what) {
    errors.add(what);
  }

  private AgentProcess.Running running() {
    return runs.get(runs.size() - 1);
  }

  private void signal(String signal) throws IOException {
    String pid = Long.toString(running().pid());
    int exitCode =
        new ProcessBuilder("kill", "-" + signal, pid).start().onExit().join().exitValue();
    if (exitCode != 0) {
      error("no process to send SIG" + signal);
    }
  }

  @Override
  public void close() {
    runs.forEach(AgentProcess.Running::close);
    servers.values().forEach(FaultyServer::close);
    ipamd.close();
    try {
      Files.write(directory.resolve("log"), runs.stream().flatMap(r -> r.log().stream()).toList());
      state.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
