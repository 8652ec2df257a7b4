package io.cnimetrics.doctor;

import io.cnimetrics.capacity.PodLimits;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.catalog.Sampler;
import io.cnimetrics.catalog.Sampler.PollSamples;
import io.cnimetrics.catalog.SamplerState;
import io.cnimetrics.ipamd.HeldAddresses;
import io.cnimetrics.ipamd.IpamdReader;
import io.cnimetrics.simulator.NamedScenario;
import io.cnimetrics.simulator.Scenario;
import io.cnimetrics.simulator.SimulatedIpamd;
import io.cnimetrics.snapshot.AddressPool;
import io.cnimetrics.snapshot.Eni;
import io.cnimetrics.snapshot.Instance;
import io.cnimetrics.snapshot.ListedAddresses;
import io.cnimetrics.snapshot.NodeIdentity;
import io.cnimetrics.snapshot.NodeIdentity.Origin;
import io.cnimetrics.snapshot.NodeIdentity.Origins;
import io.cnimetrics.snapshot.NodeSnapshot;
import io.cnimetrics.snapshot.Series;
import io.cnimetrics.snapshot.Subnet;
import io.cnimetrics.testing.FakeClock;
import io.cnimetrics.testing.Snapshots;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A node that doctor reads over sockets. Only the ipamD of the node has problems, unless the test
 * adds other problems. The polls are 30 s apart on a clock that only this class advances.
 */
final class DoctorFixture {
  private static final Duration INTERVAL = Duration.ofSeconds(30);

  /** All checks, for tests that do not run them. */
  static final List<Check> CHECKS =
      Checks.all(
          new Probes(
              List::of,
              List::of,
              () -> new ListedAddresses(List.of(), List.of(), Optional.empty()),
              Optional::empty,
              List::of,
              address -> false,
              directory -> Optional.empty(),
              region -> new Probes.EndpointResult("", Optional.empty(), Optional.empty()),
              region -> new Probes.EndpointResult("", Optional.empty(), Optional.empty()),
              Optional.empty(),
              Optional.empty()));

  private static final Probes.EndpointResult RIGHT_NOW =
      new Probes.EndpointResult("https://aws.test", Optional.empty(), Optional.of(Duration.ZERO));

  private final URI introspection;
  private final URI metrics;
  private Instance instance = instance("m5.xlarge");
  private OptionalInt maxPods = OptionalInt.empty();
  private List<String> otherRoutes = List.of();
  private UnaryOperator<List<String>> attached = UnaryOperator.identity();
  private List<String> primaryAddresses = List.of();
  private Function<AddressPool, List<Subnet>> subnets =
      pool -> List.of(new Subnet("subnet-1", 200, 51));
  private int withoutRoutes;
  private int idleDevices;
  private boolean knowsDevices = true;
  private Optional<AgentReport> agent = Optional.empty();

  private DoctorFixture(URI introspection, URI metrics) {
    this.introspection = introspection;
    this.metrics = metrics;
  }

  /** A node whose ipamD listens on these addresses. */
  static DoctorFixture at(URI introspection, URI metrics) {
    return new DoctorFixture(introspection, metrics);
  }

  /** Simulates a scenario during a number of polls, and returns the findings. */
  static List<Finding> findings(NamedScenario named, int polls) {
    return findings(named.scenario(), named.warmUp(), polls);
  }

  static Diagnosis diagnosis(NamedScenario named, int polls) {
    return diagnosis(named.scenario(), named.warmUp(), polls);
  }

  static List<Finding> findings(Scenario scenario, Duration warmUp, int polls) {
    return diagnosis(scenario, warmUp, polls).findings();
  }

  static Diagnosis diagnosis(Scenario scenario, Duration warmUp, int polls) {
    return simulate(
        scenario,
        warmUp,
        (fixture, clock) -> fixture.type(scenario.instanceType()).diagnosis(polls, clock));
  }

  /** The evidence of one poll of a scenario, for checks that a test runs directly. */
  static NodeEvidence poll(NamedScenario named) {
    return poll(named, named.scenario().instanceType());
  }

  /**
   * The evidence of one poll of a scenario, with this instance type in instance metadata; empty if
   * instance metadata has no type.
   */
  static NodeEvidence poll(NamedScenario named, String type) {
    return poll(named.scenario(), named.warmUp(), type);
  }

  static NodeEvidence poll(Scenario scenario, Duration warmUp) {
    return poll(scenario, warmUp, scenario.instanceType());
  }

  private static NodeEvidence poll(Scenario scenario, Duration warmUp, String type) {
    return simulate(scenario, warmUp, (fixture, clock) -> fixture.type(type).evidence(1, clock));
  }

  /**
   * The diagnosis of these polls of a node. Checks that read something besides ipamD do not run.
   */
  static Diagnosis diagnosis(List<NodeSnapshot> snapshots, Optional<AgentReport> agent) {
    return new CheckRunner(CHECKS.stream().filter(check -> check.ioLimit().isEmpty()).toList())
        .run(evidence(snapshots, agent));
  }

  static NodeEvidence evidence(List<NodeSnapshot> snapshots, Optional<AgentReport> agent) {
    NodeEvidence healthy = poll(NamedScenario.HEALTHY);
    Sampler sampler =
        new Sampler(MetricCatalog.all(), new PodLimits(110, 3), snapshots.get(0).takenAt());
    SamplerState history = SamplerState.NONE;
    List<Poll> polls = new ArrayList<>();
    for (NodeSnapshot snapshot : snapshots) {
      PollSamples reading = sampler.read(snapshot, history);
      history = reading.history();
      polls.add(new Poll(snapshot, reading));
    }
    return new NodeEvidence(
        polls, agent, healthy.identity(), healthy.origins(), healthy.agentSettings());
  }

  private static <T> T simulate(
      Scenario scenario, Duration warmUp, BiFunction<DoctorFixture, FakeClock, T> node) {
    // The clock is one day ahead, so that for doctor this host has been up for at least a day.
    FakeClock clock = new FakeClock(Instant.now().plus(Duration.ofDays(1)));
    try (SimulatedIpamd ipamd =
        SimulatedIpamd.start(scenario, SimulatedIpamd.Ports.ANY, warmUp, clock)) {
      DoctorFixture fixture =
          at(URI.create(ipamd.introspectionUrl()), URI.create(ipamd.metricsUrl()));
      return node.apply(fixture.maxPods(scenario.maxPods()), clock);
    }
  }

  DoctorFixture type(String instanceType) {
    instance = instance(instanceType);
    return this;
  }

  DoctorFixture maxPods(int pods) {
    maxPods = OptionalInt.of(pods);
    return this;
  }

  private AgentSettings.MaxPods maxPods() {
    Optional<String> source = maxPods.isPresent() ? Optional.of("--max-pods") : Optional.empty();
    return new AgentSettings.MaxPods(maxPods.orElse(110), source);
  }

  /** Adds routes of the host to addresses that ipamD does not list as held. */
  DoctorFixture routesTo(String... addresses) {
    otherRoutes = List.of(addresses);
    return this;
  }

  /** Removes the routes to this number of held addresses. The interfaces of the pods stay. */
  DoctorFixture withoutRoutes(int addresses) {
    withoutRoutes = addresses;
    idleDevices = addresses;
    return this;
  }

  /** Removes the routes and the interfaces of this number of held addresses. */
  DoctorFixture withoutPods(int addresses) {
    withoutRoutes = addresses;
    return this;
  }

  /** Whether doctor can read the names of the interfaces. */
  DoctorFixture withoutDevices() {
    knowsDevices = false;
    return this;
  }

  /** Sets the primary addresses of the ENIs. */
  DoctorFixture primaryAddresses(String... addresses) {
    primaryAddresses = List.of(addresses);
    return this;
  }

  /** Sets the number of free addresses in the node's subnet. */
  DoctorFixture freeInSubnet(long addresses) {
    return subnets(pool -> List.of(new Subnet("subnet-1", addresses, 51)));
  }

  /** Sets the subnets of these ENIs. */
  DoctorFixture subnets(Function<AddressPool, List<Subnet>> ofEnis) {
    subnets = ofEnis;
    return this;
  }

  DoctorFixture agent(AgentReport report) {
    agent = Optional.of(report);
    return this;
  }

  List<Finding> findings(int polls, FakeClock clock) {
    return diagnosis(polls, clock).findings();
  }

  Diagnosis diagnosis(int polls, FakeClock clock) {
    NodeEvidence node = evidence(polls, clock);
    return new CheckRunner(Checks.all(probes(node, clock))).run(node);
  }

  NodeEvidence evidence(int count, FakeClock clock) {
    IpamdReader reader = reader(introspection, Optional.of(metrics), Checks.series(), clock);
    Sampler sampler =
        new Sampler(MetricCatalog.all(), new PodLimits(maxPods.orElse(110), 3), clock.instant());
    List<Poll> polls = new ArrayList<>();
    SamplerState history = SamplerState.NONE;
    for (int poll = 0; poll < count; poll++) {
      clock.advance(poll == 0 ? Duration.ZERO : INTERVAL);
      NodeSnapshot snapshot = reader.read().on(instance, List.of());
      PollSamples reading = sampler.read(snapshot, history);
      history = reading.history();
      polls.add(new Poll(snapshot, reading));
    }
    Optional<Origin> given = Optional.of(Origin.GIVEN);
    return new NodeEvidence(
        polls,
        agent,
        new NodeIdentity("node", Optional.of("payments"), Optional.of("eu-west-1"), instance),
        new Origins(given, given),
        new AgentSettings(
            Optional.of(introspection),
            Optional.of(metrics),
            Duration.ofSeconds(30),
            maxPods(),
            3,
            Optional.of(Path.of("/state")),
            true,
            true,
            List.of()));
  }

  /**
   * Sets the ENIs in instance metadata, computed from ipamD's ENIs. If none, metadata does not
   * answer.
   */
  DoctorFixture attached(UnaryOperator<List<String>> ofIpamd) {
    attached = ofIpamd;
    return this;
  }

  /** Returns probes whose answers match ipamD's answers. */
  private Probes probes(NodeEvidence node, FakeClock clock) {
    HeldAddresses held = new HeldAddresses(introspection);
    List<String> enis =
        node.snapshot().pool().map(AddressPool::enis).orElse(List.of()).stream()
            .map(Eni::id)
            .toList();
    return new Probes(
        () -> attached.apply(enis),
        () -> primaryAddresses,
        held::read,
        held::eniConfig,
        new Probes.HostRoutes() {
          @Override
          public List<Probes.HostRoute> read() {
            return Stream.concat(
                    held.read().held().stream().skip(withoutRoutes), otherRoutes.stream())
                .map(address -> new Probes.HostRoute(address, "eni" + address.hashCode()))
                .toList();
          }

          @Override
          public List<String> devices() {
            Stream<String> idle = IntStream.range(0, idleDevices).mapToObj(i -> "eni-idle" + i);
            Stream<String> others = Stream.of("lo", "eth0");
            return knowsDevices
                ? Stream.of(others, idle, read().stream().map(Probes.HostRoute::device))
                    .flatMap(it -> it)
                    .toList()
                : List.of();
          }
        },
        address -> reader(address, Optional.empty(), Set.of(), clock).read().pool().isPresent(),
        directory -> Optional.empty(),
        region -> RIGHT_NOW,
        region -> RIGHT_NOW,
        Optional.of((pool, region) -> subnets.apply(pool)),
        Optional.of((metric, region) -> Optional.empty()));
  }

  private static IpamdReader reader(
      URI introspection, Optional<URI> metrics, Set<Series> series, FakeClock clock) {
    return new IpamdReader(
        Optional.of(introspection), metrics, series, Duration.ofSeconds(30), clock);
  }

  private static Instance instance(String type) {
    return Snapshots.instance("i-0123456789abcdef0", type, "eu-west-1", "eu-west-1a");
  }

  static Finding first(Diagnosis diagnosis) {
    return diagnosis.findings().get(0);
  }

  static Finding finding(Diagnosis diagnosis, String id) {
    return diagnosis.findings().stream()
        .filter(finding -> finding.id().equals(id))
        .findFirst()
        .orElseThrow();
  }

  /** The remedy and the commands of a finding. */
  static String advice(Finding finding) {
    return finding.advice().text() + " " + String.join(" ", finding.commandLines());
  }
}
