package io.cnimetrics.testing;

import io.cnimetrics.snapshot.AddressCount;
import io.cnimetrics.snapshot.AddressPool;
import io.cnimetrics.snapshot.Eni;
import io.cnimetrics.snapshot.Instance;
import io.cnimetrics.snapshot.IpamdError;
import io.cnimetrics.snapshot.IpamdMetrics;
import io.cnimetrics.snapshot.IpamdMetrics.Boot;
import io.cnimetrics.snapshot.NodeSnapshot;
import io.cnimetrics.snapshot.NodeSnapshot.IpamdSettings;
import io.cnimetrics.snapshot.Series;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** Builds snapshots for tests. Every part is absent until it is set. */
public final class Snapshots {
  public static final Instant START = Instant.parse("2026-11-21T10:00:00Z");

  private final Map<Series, Double> sums = new HashMap<>();
  private final Map<IpamdError, Double> errors = new HashMap<>();
  private Instant takenAt = START;
  private Instance instance = Instance.UNKNOWN;
  private Optional<AddressPool> pool = Optional.empty();
  private boolean metrics;
  private OptionalDouble processStart = OptionalDouble.empty();
  private Optional<Boot> boot = Optional.empty();
  private Optional<String> release = Optional.empty();
  private Optional<IpamdSettings> settings = Optional.empty();
  private boolean introspectionOff;
  private List<Integer> managedCards = List.of();
  private boolean multiNic;

  private Snapshots() {}

  /** Starts with a poll at {@link #START} that read nothing. */
  public static Snapshots nothingRead() {
    return new Snapshots();
  }

  public Snapshots at(Instant time) {
    takenAt = time;
    return this;
  }

  public Snapshots type(String instanceType) {
    instance = instance("", instanceType, "", "");
    return this;
  }

  /** An instance without tags. Empty text means that the value is unknown. */
  public static Instance instance(String id, String type, String region, String zone) {
    return new Instance(known(id), known(type), known(region), known(zone), Map.of());
  }

  private static Optional<String> known(String text) {
    return Optional.of(text).filter(known -> !known.isEmpty());
  }

  /** Lists ENIs of pods that hold an address on each network card. */
  public Snapshots multiNic(Eni... enis) {
    multiNic = true;
    return enis(enis);
  }

  /** The network cards that ipamD manages, in addition to the cards of the ENIs. */
  public Snapshots managing(Integer... cards) {
    managedCards = List.of(cards);
    return this;
  }

  public Snapshots enis(Eni... enis) {
    pool =
        Optional.of(
            new AddressPool(
                List.of(enis),
                managedCards,
                true,
                multiNic,
                OptionalLong.empty(),
                OptionalLong.empty()));
    return this;
  }

  /** Adds ipamD's metrics, without a value. */
  public Snapshots metrics() {
    metrics = true;
    return this;
  }

  /** Adds the sum over a series to ipamD's metrics. */
  public Snapshots sum(String series, double value) {
    return sum(Series.of(series), value);
  }

  /** Adds the sum over a series to ipamD's metrics. */
  public Snapshots sum(Series series, double value) {
    sums.put(series, value);
    return metrics();
  }

  /** Adds the total of one kind of ipamD's errors, also to the sum of its counter. */
  public Snapshots error(IpamdError error, double total) {
    errors.merge(error, total, Double::sum);
    sums.merge(Series.of(error.family()), total, Double::sum);
    return metrics();
  }

  public static IpamdError apiError(String call, String code) {
    return new IpamdError(IpamdError.API_ERRORS, call, code);
  }

  public static IpamdError functionError(String function) {
    return new IpamdError(IpamdError.FUNCTION_ERRORS, function, "");
  }

  public Snapshots processStart(double seconds) {
    processStart = OptionalDouble.of(seconds);
    return metrics();
  }

  public Snapshots boot(double seconds) {
    return boot(seconds, OptionalDouble.of(1));
  }

  public Snapshots boot(double seconds, OptionalDouble id) {
    boot = Optional.of(new Boot(seconds, id));
    return this;
  }

  /** The release that ipamD reports, such as {@code v1.19.4}. */
  public Snapshots release(String version) {
    release = Optional.of(version);
    return metrics();
  }

  public Snapshots customNetworking(boolean on) {
    settings = Optional.of(new IpamdSettings(on, OptionalLong.empty()));
    return this;
  }

  /** Marks introspection as disabled in ipamD's settings. */
  public Snapshots introspectionOff() {
    introspectionOff = true;
    return this;
  }

  public NodeSnapshot build() {
    Optional<IpamdMetrics> read =
        metrics
            ? Optional.of(new IpamdMetrics(sums, errors, processStart, boot, release))
            : Optional.empty();
    return new NodeSnapshot(takenAt, instance, pool, read, settings, introspectionOff, List.of());
  }

  /** An interface with single addresses. */
  public static Eni eni(int device, long total, long assigned, long cooling) {
    return single(device, false, false, new AddressCount(total, assigned, cooling));
  }

  public static Eni trunk(int device, long total, long assigned) {
    return single(device, true, false, new AddressCount(total, assigned, 0));
  }

  public static Eni excluded(int device, long total, long assigned) {
    return excluded(device, total, assigned, 0);
  }

  public static Eni excluded(int device, long total, long assigned, long cooling) {
    return single(device, false, true, new AddressCount(total, assigned, cooling));
  }

  /** An interface of another network card, with single addresses. */
  public static Eni onCard(int card, int device, long total, long assigned) {
    return onCard(card, device, total, assigned, 0);
  }

  public static Eni onCard(int card, int device, long total, long assigned, long cooling) {
    return new Eni(
        "eni-%d-%d".formatted(card, device),
        card,
        device,
        card == 0 && device == 0,
        false,
        false,
        Optional.empty(),
        new AddressCount(total, assigned, cooling),
        AddressCount.NONE,
        0,
        AddressCount.NONE);
  }

  /** An interface with prefixes of 16 addresses. */
  public static Eni prefixed(int device, int prefixes, long assigned) {
    AddressCount addresses = new AddressCount(16L * prefixes, assigned, 0);
    return eni(device, false, false, AddressCount.NONE, addresses, prefixes, AddressCount.NONE);
  }

  /** An interface with an IPv6 prefix. */
  public static Eni ipv6(int device, long assigned) {
    AddressCount addresses = new AddressCount(1L << 48, assigned, 0);
    return eni(device, false, false, AddressCount.NONE, AddressCount.NONE, 0, addresses);
  }

  private static Eni single(int device, boolean trunk, boolean excluded, AddressCount addresses) {
    return eni(device, trunk, excluded, addresses, AddressCount.NONE, 0, AddressCount.NONE);
  }

  private static Eni eni(
      int device,
      boolean trunk,
      boolean excluded,
      AddressCount single,
      AddressCount prefixed,
      int prefixes,
      AddressCount ipv6) {
    String id = "eni-" + device;
    boolean primary = device == 0;
    Optional<String> subnet = Optional.empty();
    return new Eni(
        id, 0, device, primary, trunk, excluded, subnet, single, prefixed, prefixes, ipv6);
  }
}
