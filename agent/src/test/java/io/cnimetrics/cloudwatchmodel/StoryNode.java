package io.cnimetrics.cloudwatchmodel;

import static io.cnimetrics.testing.Snapshots.eni;
import static io.cnimetrics.testing.Snapshots.nothingRead;

import io.cnimetrics.catalog.Metric;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.snapshot.Eni;
import io.cnimetrics.snapshot.NodeSnapshot;
import io.cnimetrics.snapshot.Series;
import io.cnimetrics.testing.Snapshots;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The ipamD of a node with up to 4 ENIs of 14 addresses, and the truth about each minute: the
 * values that the node should publish. A story changes the state of ipamD only at the start of a
 * minute.
 */
final class StoryNode {
  static final int ADDRESSES_PER_ENI = 14;
  static final int MOST_ENIS = 4;
  static final int MOST = MOST_ENIS * ADDRESSES_PER_ENI;

  private static final int NEVER = -1_000;
  private static final int RECENT_MINUTES = 15;

  private static final List<String> COUNTERS =
      MetricCatalog.all().stream()
          .filter(metric -> metric.computation().cumulative() && metric.series().size() == 1)
          .map(Metric::name)
          .toList();

  final String name;
  private final Map<Series, Double> counters = new HashMap<>();
  private Map<String, Double> counted = new TreeMap<>();
  private boolean up = true;
  private boolean restarted;
  private double startSeconds;
  private int enis = 1;
  private int assigned = 3;
  private int cooling;
  private int minute;
  private int downMinutes;
  private int emptyMinutes;
  private final List<Integer> restarts = new ArrayList<>();
  private int firstRefusal = NEVER;
  private int lastRefusal = NEVER;

  StoryNode(String name, Instant start) {
    this.name = name;
    this.startSeconds = start.minusSeconds(3600).getEpochSecond();
  }

  /** Sets how many pods hold addresses, and gives the pool as many ENIs as these pods need. */
  void pods(int pods) {
    pool(Math.min(MOST_ENIS, pods / ADDRESSES_PER_ENI + 1), pods, 0);
  }

  void pool(int attached, int held, int cool) {
    enis = attached;
    assigned = held;
    cooling = cool;
  }

  /** Increases a counter of ipamD, by the name of the metric. */
  void count(String metric, double more) {
    Series series = MetricCatalog.named(metric).orElseThrow().series().get(0);
    counters.merge(series, more, Double::sum);
    counted.merge(metric, more, Double::sum);
  }

  void calls(int calls, double milliseconds) {
    counters.merge(Series.of("awscni_aws_api_latency_ms_sum"), calls * milliseconds, Double::sum);
    counters.merge(Series.of("awscni_aws_api_latency_ms_count"), (double) calls, Double::sum);
    counted.put("awsAPILatency", milliseconds);
  }

  /** ipamD refuses this number of requests for an address. */
  void refuse(int tries) {
    count("noAvailableIPAddrs", tries);
    refused();
  }

  /** ipamD fails to set up pods because it cannot read instance metadata. It counts no refusal. */
  void losePodsWithoutMetadata(int tries) {
    count("awsAPIMetadataErr", tries);
    count("awsAPIErr", tries);
    refused();
  }

  private void refused() {
    if (minute - lastRefusal > 2) {
      firstRefusal = minute;
    }
    lastRefusal = minute;
  }

  void goDown() {
    up = false;
  }

  /** Restarts ipamD: its counters start from 0. */
  void comeUp(Instant now) {
    up = true;
    restarted = true;
    restarts.add(minute);
    counters.clear();
    startSeconds = now.getEpochSecond();
  }

  NodeSnapshot read(Instant at) {
    Snapshots snapshot = nothingRead().at(at);
    if (!up) {
      return snapshot.build();
    }
    Eni[] attached = new Eni[enis];
    int held = assigned;
    for (int device = 0; device < enis; device++) {
      int here = Math.min(held, ADDRESSES_PER_ENI);
      held -= here;
      attached[device] = eni(device, ADDRESSES_PER_ENI, here, device == enis - 1 ? cooling : 0);
    }
    counters.forEach(snapshot::sum);
    return snapshot
        .enis(attached)
        .sum("awscni_eni_max", MOST_ENIS)
        .sum("awscni_ip_max", MOST)
        .processStart(startSeconds)
        .build();
  }

  /** Returns the truth about this minute, and starts the next one. */
  Map<String, Double> endMinute() {
    Map<String, Double> truth = new TreeMap<>();
    downMinutes = up ? 0 : downMinutes + 1;
    truth.put("ipamdUp", up ? 1.0 : 0.0);
    truth.put("ipamdDownMinutes", (double) downMinutes);
    if (up) {
      addPool(truth);
      addCounters(truth);
    }
    minute++;
    return truth;
  }

  private void addPool(Map<String, Double> truth) {
    int total = enis * ADDRESSES_PER_ENI;
    int available = total - assigned - cooling;
    emptyMinutes = available == 0 && total < MOST ? emptyMinutes + 1 : 0;
    truth.put("eniAllocated", (double) enis);
    truth.put("eniMaxAvailable", (double) MOST_ENIS);
    truth.put("totalIPAddresses", (double) total);
    truth.put("maxIPAddresses", (double) MOST);
    truth.put("effectiveMaxIPAddresses", (double) MOST);
    truth.put("assignIPAddresses", (double) assigned);
    truth.put("totalAssignedIPv4sPerCidr", (double) assigned);
    truth.put("availableIPAddresses", (double) available);
    truth.put("coolingIPAddresses", (double) cooling);
    truth.put("nodeIPUtilization", 100.0 * assigned / MOST);
    truth.put("totalIPv4Prefixes", 0.0);
    truth.put("ipamdActionInProgress", 0.0);
    truth.put("warmPoolEmptyMinutes", (double) emptyMinutes);
    boolean isRunning = minute - lastRefusal < 2;
    truth.put(
        "ipamdRecentRestarts",
        (double) restarts.stream().filter(at -> minute - at < RECENT_MINUTES).count());
    truth.put("noAddressMinutes", isRunning ? lastRefusal - firstRefusal + 1.0 : 0.0);
  }

  private void addCounters(Map<String, Double> truth) {
    COUNTERS.forEach(counter -> truth.put(counter, 0.0));
    truth.put("ipamdRestarts", restarted ? 1.0 : 0.0);
    truth.putAll(counted);
    counted = new TreeMap<>();
    restarted = false;
  }
}
