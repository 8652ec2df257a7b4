package io.cnimetrics.dryrun;

import io.cnimetrics.capacity.PodLimits;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.catalog.Sampler;
import io.cnimetrics.catalog.Sampler.PollSamples;
import io.cnimetrics.catalog.SamplerState;
import io.cnimetrics.snapshot.AddressCount;
import io.cnimetrics.snapshot.AddressPool;
import io.cnimetrics.snapshot.Eni;
import io.cnimetrics.snapshot.Instance;
import io.cnimetrics.snapshot.IpamdMetrics;
import io.cnimetrics.snapshot.NodeIdentity;
import io.cnimetrics.snapshot.NodeIdentity.Origin;
import io.cnimetrics.snapshot.NodeIdentity.Origins;
import io.cnimetrics.snapshot.NodeSnapshot;
import io.cnimetrics.snapshot.Problem;
import io.cnimetrics.snapshot.Reason;
import io.cnimetrics.snapshot.Series;
import io.cnimetrics.snapshot.Source;
import io.cnimetrics.testing.Snapshots;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.stream.IntStream;

/** Reports of example nodes. The samples are computed from snapshots. */
public final class Reports {
  static final Instant FIRST_POLL = Instant.parse("2026-11-20T10:00:12.345Z");
  private static final double IPAMD_START = 1_700_000_000;

  /** The region is set; an instance tag has the cluster's name. */
  private static final Origins SHOWN_TAG =
      new Origins(Optional.of(Origin.instanceTag("eks:cluster-name")), Optional.of(Origin.GIVEN));

  private Reports() {}

  /** A busy node with single addresses, at its second poll. */
  public static Report healthy() {
    return second(metrics(3, 4, 56));
  }

  /** The second poll shows none of the counters that the first poll showed. */
  static Report countersGone() {
    return second(
        new IpamdMetrics(
            Map.of(),
            Map.of(),
            OptionalDouble.of(IPAMD_START),
            Optional.empty(),
            Optional.empty()));
  }

  private static Report second(IpamdMetrics metrics) {
    List<Eni> enis =
        List.of(
            single("eni-0a1b2c3d4e5f60718", 0, new AddressCount(14, 12, 2)),
            single("eni-0b1b2c3d4e5f60718", 1, new AddressCount(14, 3, 1)));
    NodeIdentity node = node("m5.xlarge");
    NodeSnapshot before = snapshot(node, FIRST_POLL, pool(enis), Optional.of(metrics(1, 4, 56)));
    NodeSnapshot now = snapshot(node, FIRST_POLL.plusSeconds(60), pool(enis), Optional.of(metrics));
    Sampler sampler = sampler(58);
    SamplerState history = sampler.read(before, SamplerState.NONE).history();
    return new Report(node, SHOWN_TAG, now, sampler.read(now, history), List.of());
  }

  static Report prefixMode() {
    Eni primary = prefixed("eni-0a1b2c3d4e5f60718", 0, false, 3, new AddressCount(48, 20, 0));
    Eni excluded = prefixed("eni-0b1b2c3d4e5f60718", 1, true, 1, new AddressCount(16, 0, 0));
    return first(
        node("m5.xlarge"), pool(List.of(primary, excluded)), metrics(1, 4, 896), List.of());
  }

  static Report ipv6() {
    Eni eni =
        eni("eni-0a1b2c3d4e5f60718", 0, 0, AddressCount.NONE, new AddressCount(1L << 48, 17, 2));
    return first(node("m5.xlarge"), pool(List.of(eni)), metrics(1, 4, 0), List.of());
  }

  /** ipamD does not answer, and the node's identity is unknown. */
  static Report unread() {
    NodeIdentity node =
        new NodeIdentity("laptop", Optional.empty(), Optional.empty(), Instance.UNKNOWN);
    List<Problem> problems =
        List.of(
            new Problem(
                Source.INTROSPECTION,
                Reason.UNREACHABLE,
                "http://127.0.0.1:61679/v1/enis: Connection refused",
                "check that aws-node runs on this node"),
            new Problem(
                Source.METRICS,
                Reason.BAD_STATUS,
                "http://proxy.example/" + "very-long-path/".repeat(8) + "metrics: status 502",
                "check that --metrics-url is ipamD's Prometheus text (port 61678)"),
            new Problem(
                Source.IMDS,
                Reason.NOT_FOUND,
                "the cluster's name is unknown",
                "set --cluster-id or AWS_CLUSTER_ID"));
    NodeSnapshot snapshot =
        new NodeSnapshot(
            FIRST_POLL,
            Instance.UNKNOWN,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            false,
            problems);
    return new Report(
        node, Origins.NONE, snapshot, sampler(110).read(snapshot, SamplerState.NONE), List.of());
  }

  /** The largest node: 32 interfaces on four cards. */
  static Report manyEnis() {
    List<Eni> enis =
        IntStream.range(0, 32)
            .mapToObj(
                number ->
                    eni(
                        "eni-%017x".formatted(number),
                        number / 8,
                        number % 8 + (number / 8 == 0 ? 0 : 10),
                        new AddressCount(49, 49L - number, Math.min(number, 5)),
                        AddressCount.NONE))
            .toList();
    return first(node("p5.48xlarge"), pool(enis), metrics(1, 32, 1_568), List.of());
  }

  /** Tags, labels and bodies contain escape sequences. */
  static Report hostile(String text) {
    Instance instance = Snapshots.instance(text, text, text, text);
    NodeIdentity node = new NodeIdentity(text, Optional.of(text), Optional.of(text), instance);
    IpamdMetrics metrics =
        new IpamdMetrics(
            Map.of(), Map.of(), OptionalDouble.empty(), Optional.empty(), Optional.of(text));
    Problem problem = new Problem(Source.METRICS, Reason.MISMATCH, text, text);
    Eni eni = single(text, 7, new AddressCount(14, 1, 0));
    Optional<Origin> tag = Optional.of(Origin.instanceTag(text));
    return first(node, new Origins(tag, tag), pool(List.of(eni)), metrics, List.of(problem));
  }

  /** A node whose ipamD reports extremely large numbers. */
  static Report huge() {
    Map<Series, Double> sums = new HashMap<>();
    MetricCatalog.series().forEach(series -> sums.put(series, 0x1p350));
    Eni eni =
        eni(
            "eni-0a1b2c3d4e5f60718",
            Integer.MAX_VALUE,
            Integer.MAX_VALUE,
            new AddressCount(9_999_999, 8_888_888, 77),
            AddressCount.NONE);
    return first(
        node("m5.xlarge"),
        pool(List.of(eni)),
        new IpamdMetrics(
            sums, Map.of(), OptionalDouble.empty(), Optional.empty(), Optional.empty()),
        List.of());
  }

  private static Report first(
      NodeIdentity node, AddressPool pool, IpamdMetrics metrics, List<Problem> problems) {
    return first(node, SHOWN_TAG, pool, metrics, problems);
  }

  private static Report first(
      NodeIdentity node,
      Origins origins,
      AddressPool pool,
      IpamdMetrics metrics,
      List<Problem> problems) {
    NodeSnapshot snapshot =
        snapshot(node, FIRST_POLL, pool, Optional.of(metrics)).on(node.instance(), problems);
    PollSamples reading = sampler(110).read(snapshot, SamplerState.NONE);
    return new Report(node, origins, snapshot, reading, List.of());
  }

  private static Sampler sampler(int maxPods) {
    return new Sampler(MetricCatalog.all(), new PodLimits(maxPods, 3), FIRST_POLL);
  }

  private static NodeIdentity node(String instanceType) {
    Instance instance =
        Snapshots.instance("i-0123456789abcdef0", instanceType, "eu-west-1", "eu-west-1b");
    return new NodeIdentity(
        "ip-10-0-12-34.eu-west-1.compute.internal",
        Optional.of("payments"),
        Optional.of("eu-west-1"),
        instance);
  }

  private static NodeSnapshot snapshot(
      NodeIdentity node, Instant takenAt, AddressPool pool, Optional<IpamdMetrics> metrics) {
    return new NodeSnapshot(
        takenAt, node.instance(), Optional.of(pool), metrics, Optional.empty(), false, List.of());
  }

  private static AddressPool pool(List<Eni> enis) {
    return new AddressPool(
        enis, List.of(), true, false, OptionalLong.empty(), OptionalLong.empty());
  }

  /**
   * Metrics whose series all have the value 10 × {@code tens}, except ipamD's two maxima and the
   * latency.
   */
  private static IpamdMetrics metrics(int tens, int eniMax, int ipMax) {
    Map<Series, Double> sums = new HashMap<>();
    MetricCatalog.series().forEach(series -> sums.put(series, 10.0 * tens));
    sums.put(Series.of("awscni_eni_max"), (double) eniMax);
    sums.put(Series.of("awscni_ip_max"), (double) ipMax);
    sums.put(Series.of("awscni_aws_api_latency_ms_sum"), 1234.5 * tens);
    return new IpamdMetrics(
        sums, Map.of(), OptionalDouble.of(IPAMD_START), Optional.empty(), Optional.of("v1.23.1"));
  }

  private static Eni single(String id, int device, AddressCount addresses) {
    return eni(id, 0, device, addresses, AddressCount.NONE);
  }

  private static Eni eni(String id, int card, int device, AddressCount single, AddressCount ipv6) {
    return eni(id, card, device, false, single, AddressCount.NONE, 0, ipv6);
  }

  private static Eni prefixed(
      String id, int device, boolean excluded, int prefixes, AddressCount addresses) {
    return eni(id, 0, device, excluded, AddressCount.NONE, addresses, prefixes, AddressCount.NONE);
  }

  private static Eni eni(
      String id,
      int card,
      int device,
      boolean excluded,
      AddressCount single,
      AddressCount prefixed,
      int prefixes,
      AddressCount ipv6) {
    boolean primary = card == 0 && device == 0;
    Optional<String> subnet = Optional.of("subnet-0123456789abcdef0");
    return new Eni(
        id, card, device, primary, false, excluded, subnet, single, prefixed, prefixes, ipv6);
  }
}
