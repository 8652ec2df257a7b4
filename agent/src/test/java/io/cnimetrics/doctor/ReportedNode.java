package io.cnimetrics.doctor;

import io.cnimetrics.catalog.RecentIncrease;
import io.cnimetrics.testing.FakeClock;
import io.cnimetrics.testing.FakeIpamd;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The node of a public report: an m5.xlarge with max-pods 58, unless the report says otherwise. Its
 * ipamD serves the bodies of two polls, 30 s apart.
 */
final class ReportedNode {
  static final Instant FIRST_POLL = Instant.parse("2026-11-28T00:00:00Z");

  private final List<String> enis = new ArrayList<>();
  private final StringBuilder first = new StringBuilder();
  private final StringBuilder second = new StringBuilder();
  private UnaryOperator<DoctorFixture> fixture = node -> node.type("m5.xlarge").maxPods(58);
  private String gauges = gauges(4, 56);
  private String settings = "";
  private long age = 86_400;

  /**
   * An ENI. ENI 0 is the primary ENI. Held addresses do not include the cooling addresses, which
   * pods got at second {@code from} and released at 00:00:25.
   */
  record E(int device, String kind, int prefixes, int total, int held, int cooling, String from) {
    E(int device, String kind, int prefixes, int total, int held) {
      this(device, kind, prefixes, total, held, 0, "");
    }

    E trunk() {
      return new E(device, "trunk", prefixes, total, held, cooling, from);
    }

    E excluded() {
      return new E(device, "excluded", prefixes, total, held, cooling, from);
    }

    /** The ENI with cooling addresses that pods released immediately. */
    E cooling(int addresses) {
      return new E(device, kind, prefixes, total, held, addresses, "24.2");
    }

    /**
     * The ENI with cooling addresses that pods held while the CNI plugin waited for two seconds.
     */
    E waited(int addresses) {
      return new E(device, kind, prefixes, total, held, addresses, "22.95");
    }

    /** The ENI with cooling addresses that jobs held for five seconds. */
    E jobs(int addresses) {
      return new E(device, kind, prefixes, total, held, addresses, "20");
    }

    String json() {
      return ("\"eni-%d\":{\"ID\":\"eni-%d\",\"IsPrimary\":%b,\"IsTrunk\":%b,\"IsEFA\":false,"
              + "%s\"DeviceNumber\":%d,\"AvailableIPv4Cidrs\":{%s},\"IPv6Cidrs\":{%s}}")
          .formatted(
              device,
              device,
              device == 0,
              kind.equals("trunk"),
              kind.equals("excluded") ? "\"IsExcludedForPodIPs\":true," : "",
              device,
              kind.equals("ipv6") ? "" : prefixes > 0 ? cidrs(prefixes, 16) : cidrs(total, 1),
              kind.equals("ipv6") ? cidrs6() : "");
    }

    private String cidrs(int count, int size) {
      return IntStream.range(0, count)
          .mapToObj(i -> cidr(i * size + (size == 1 ? 10 : 0), i * size, size))
          .collect(Collectors.joining(","));
    }

    /** A CIDR of this size. Its first address is address number {@code index} of the ENI. */
    private String cidr(int start, int index, int size) {
      String addresses =
          IntStream.range(0, size)
              .filter(i -> index + i < held + cooling)
              .mapToObj(i -> address("10.0.%d.%d".formatted(device, start + i), index + i < held))
              .collect(Collectors.joining(","));
      String ip = "10.0.%d.%d".formatted(device, start);
      return "\"%s/%d\":{\"Cidr\":{\"IP\":\"%s\",\"Mask\":\"/////w==\"},\"IPAddresses\":{%s},\"IsPrefix\":%b}"
          .formatted(ip, size == 1 ? 32 : 28, ip, addresses, size > 1);
    }

    private String cidrs6() {
      return prefixes == 0
          ? ""
          : "\"2001:db8::/80\":{\"Cidr\":{\"IP\":\"2001:db8::\",\"Mask\":\"////////////AAAAAAAA\"},\"IPAddresses\":{%s},\"IsPrefix\":true}"
              .formatted(
                  IntStream.range(0, held + cooling)
                      .mapToObj(i -> address("2001:db8::%x".formatted(i + 1), i < held))
                      .collect(Collectors.joining(",")));
    }

    private String address(String ip, boolean held) {
      return "\"%s\":{\"Address\":\"%s\",\"IPAMKey\":{\"networkName\":\"%s\",\"containerID\":\"\",\"ifName\":\"\"},\"AssignedTime\":\"%s\",\"UnassignedTime\":\"%s\"}"
          .formatted(
              ip,
              ip,
              held ? "aws-cni" : "",
              held ? "2026-11-27T00:00:00Z" : "2026-11-28T00:00:" + from + "Z",
              held ? "0001-01-01T00:00:00Z" : "2026-11-28T00:00:25Z");
    }
  }

  static E eni(int device, int total, int held) {
    return new E(device, "", 0, total, held);
  }

  static E full(int device, int total) {
    return eni(device, total, total);
  }

  static E prefixes(int device, int count, int held) {
    return new E(device, "", count, 16 * count, held);
  }

  static E ipv6(int device, int count, int held) {
    return new E(device, "ipv6", count, 0, held);
  }

  static ReportedNode node(E... enis) {
    return new ReportedNode().then(enis);
  }

  /** A node with several ENIs that pods hold fully. */
  static ReportedNode fullNode(int enis, int perEni) {
    return node(IntStream.range(0, enis).mapToObj(i -> full(i, perEni)).toArray(E[]::new));
  }

  /** Sets the ENIs of the second poll. */
  ReportedNode then(E... next) {
    return bodies(
        "{\"0\":{\"TotalIPs\":%d,\"AssignedIPs\":%d,\"ENIs\":{%s}}}"
            .formatted(
                Stream.of(next).mapToInt(E::total).sum(),
                Stream.of(next).mapToInt(E::held).sum(),
                Stream.of(next).map(E::json).collect(Collectors.joining(","))));
  }

  /** A node with multi-NIC pods, which hold an address of each ENI. Each ENI is on its own card. */
  static ReportedNode cards(E... enis) {
    return new ReportedNode()
        .bodies(
            IntStream.range(0, enis.length)
                .mapToObj(card -> "\"%d\":{\"ENIs\":{%s}}".formatted(card, enis[card].json()))
                .collect(Collectors.joining(",", "{", "}"))
                .replace("\"IPAMKey\"", "\"IPAMMetadata\":{\"interfacesCount\":2},\"IPAMKey\""));
  }

  ReportedNode bodies(String body) {
    enis.add(body);
    return this;
  }

  /** Changes the bodies of both polls. */
  ReportedNode changed(String part, String other) {
    enis.replaceAll(body -> body.replace(part, other));
    return this;
  }

  /** Adds the subnet of each ENI, which ipamD reports since release 1.22.0. */
  ReportedNode withSubnets() {
    return changed("\"IsPrimary\"", "\"SubnetID\":\"subnet-1\",\"IsPrimary\"");
  }

  ReportedNode release(String version) {
    return counts("build_info{version=\"%s\"}".formatted(version), 1, 1);
  }

  ReportedNode type(String type, int maxPods, int enis, int perEni) {
    gauges = gauges(enis, enis * perEni);
    return with(node -> node.type(type).maxPods(maxPods));
  }

  ReportedNode prefixMode() {
    gauges = gauges(4, 4 * 14 * 16);
    return this;
  }

  private static String gauges(int enis, int addresses) {
    return "awscni_eni_max %d\nawscni_ip_max %d\n".formatted(enis, addresses);
  }

  ReportedNode with(UnaryOperator<DoctorFixture> change) {
    UnaryOperator<DoctorFixture> before = fixture;
    fixture = node -> change.apply(before.apply(node));
    return this;
  }

  ReportedNode settings(boolean customNetworking, String others) {
    settings = "{\"AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG\":%b,%s}".formatted(customNetworking, others);
    return this;
  }

  /**
   * Adds an agent that saw these increases. Its last poll was this long before doctor's first poll.
   */
  ReportedNode agentSaw(long secondsAgo, RecentIncrease... increases) {
    AgentReport report =
        new AgentReport(
            FIRST_POLL.minusSeconds(7_200),
            FIRST_POLL.minusSeconds(secondsAgo),
            List.of(increases),
            AgentReport.Restarts.NONE,
            Optional.empty());
    return with(node -> node.agent(report));
  }

  /** Adds an agent that saw this number of restarts of ipamD in the last 10 minutes. */
  ReportedNode restarted(long count) {
    Optional<Since> since = Optional.of(Since.exactly(FIRST_POLL.minusSeconds(600)));
    AgentReport report =
        new AgentReport(
            FIRST_POLL.minusSeconds(7_200),
            FIRST_POLL,
            List.of(),
            new AgentReport.Restarts(count, since, Optional.empty()),
            Optional.empty());
    return with(node -> node.agent(report));
  }

  /** Consecutive increases of a counter. The times are seconds before doctor's first poll. */
  static RecentIncrease run(String series, double amount, long since, long last) {
    return new RecentIncrease(
        "awscni_" + series, amount, FIRST_POLL.minusSeconds(since), FIRST_POLL.minusSeconds(last));
  }

  /** Sets the ENIs in instance metadata. Without ENIs, instance metadata does not answer. */
  ReportedNode attached(String... ids) {
    return with(node -> node.attached(ofIpamd -> List.of(ids)));
  }

  ReportedNode startedAgo(long seconds) {
    age = seconds;
    return this;
  }

  /** Sets the total of a counter in each poll. */
  ReportedNode counts(String series, long before, long after) {
    first.append("awscni_%s %d\n".formatted(series, before));
    second.append("awscni_%s %d\n".formatted(series, after));
    return this;
  }

  /** Adds requests of pods for addresses, and releases of addresses, between the polls. */
  ReportedNode requests(long added, long released) {
    return counts("add_ip_req_count", 100, 100 + added)
        .counts("del_ip_req_count{reason=\"PodDeleted\"}", 60, 60 + released);
  }

  ReportedNode refused() {
    return counts("no_available_ip_addresses", 40, 52);
  }

  ReportedNode function(String function, long before, long after) {
    return counts("ipamd_error_count{fn=\"%s\"}".formatted(function), before, after);
  }

  ReportedNode calls(String call, long before, long after) {
    return counts("ec2api_req_count{fn=\"%s\"}".formatted(call), before, after);
  }

  /** Adds failed calls without an error code. */
  ReportedNode failed(String call, long before, long after) {
    return counts("ec2api_error_count{fn=\"%s\"}".formatted(call), before, after)
        .calls(call, before + 9, after + 9);
  }

  /** Adds errors of instance metadata, which ipamD counts separately from calls to EC2. */
  ReportedNode metadata(String call, String code, long before, long after) {
    return counts(
        "aws_api_error_count{api=\"%s\",error=\"%s\"}".formatted(call, code), before, after);
  }

  ReportedNode errors(String call, String code, long before, long after) {
    return metadata(call, code, before, after).failed(call, before, after);
  }

  Diagnosis diagnosed() {
    return diagnosed(2);
  }

  Diagnosis diagnosed(int polls) {
    try (FakeIpamd ipamd = new FakeIpamd()) {
      String start =
          gauges + "process_start_time_seconds %d\n".formatted(FIRST_POLL.getEpochSecond() - age);
      ipamd
          .serveInTurn("/v1/enis", enis)
          .serveInTurn("/metrics", List.of(start + first, start + second));
      if (!settings.isEmpty()) {
        ipamd.serve("/v1/ipamd-env-settings", settings);
      }
      return fixture
          .apply(DoctorFixture.at(ipamd.introspectionUrl(), ipamd.metricsUrl()))
          .diagnosis(polls, new FakeClock(FIRST_POLL));
    }
  }
}
