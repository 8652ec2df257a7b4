package io.cnimetrics.simulator;

import io.cnimetrics.simulator.AttachedEni.Address;
import io.cnimetrics.simulator.AttachedEni.Cidr;
import io.cnimetrics.simulator.Kubelet.Pod;
import io.cnimetrics.simulator.SimWarmPool.PoolCount;
import io.cnimetrics.text.Json;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Writes the body of {@code /v1/enis} in the format of the scenario's CNI release. */
final class EnisJson {
  private static final int MAIN_ROUTE_TABLE = 254;
  // Go writes RFC 3339 times without trailing zeros in the fraction.
  private static final DateTimeFormatter TIME =
      new DateTimeFormatterBuilder().appendInstant(-1).toFormatter(Locale.ROOT);

  private final SimulatedNode node;
  private final CniVersion version;
  private final Instant wallNow;

  private EnisJson(SimulatedNode node, Instant wallNow) {
    this.node = node;
    this.version = node.scenario().cniVersion;
    this.wallNow = wallNow;
  }

  /**
   * @param wallNow the wall-clock time that corresponds to the model's current time
   */
  static String of(SimulatedNode node, Instant wallNow) {
    EnisJson body = new EnisJson(node, wallNow);
    if (!body.version.atLeast(20, 0)) {
      return Json.compact(body.pool(0));
    }
    Map<String, Object> cards = new LinkedHashMap<>();
    for (int card = 0; card < node.scenario().networkCards; card++) {
      cards.put(String.valueOf(card), body.pool(card));
    }
    return Json.compact(cards);
  }

  private Map<String, Object> pool(int card) {
    List<AttachedEni> enis = node.ipamd().enis(card);
    PoolCount count = PoolCount.of(enis);
    Map<String, Object> byId = new TreeMap<>();
    enis.forEach(eni -> byId.put(eni.id(), eni(eni)));
    // ipamD subtracts each address of a force-removed ENI twice from TotalIPs.
    return Json.object(
        "TotalIPs", count.total() - (card == 0 ? node.ipamd().lostAddresses() : 0),
        "AssignedIPs", count.assigned(),
        "ENIIPPools", version.before(7, 0, byId),
        "ENIs", version.since(7, 0, byId));
  }

  private Map<String, Object> eni(AttachedEni eni) {
    int routeTable = eni.primary() ? MAIN_ROUTE_TABLE : eni.deviceNumber() + 1;
    return Json.object(
        "IsPrimary", version.before(7, 0, eni.primary()),
        "ID", eni.id(),
        "IsPrimary", version.since(7, 0, eni.primary()),
        "IsTrunk", version.since(7, 0, false),
        "IsEFA", version.since(7, 6, false),
        "DeviceNumber", eni.deviceNumber(),
        "AssignedIPv4Addresses", version.before(7, 0, eni.assigned()),
        "IPv4Addresses", version.before(9, 0, addresses(eni.addresses().toList())),
        "AvailableIPv4Cidrs", version.since(9, 0, cidrs(eni)),
        "IPv6Cidrs", version.since(10, 0, Map.of()),
        "IsExcludedForPodIPs", version.since(22, 0, node.scenario().excludes(eni)),
        "RouteTableID", version.since(20, 3, routeTable),
        "SubnetID", version.since(22, 0, eni.subnetId()));
  }

  private Map<String, Object> cidrs(AttachedEni eni) {
    Map<String, Object> cidrs = new LinkedHashMap<>();
    eni.cidrs().forEach(cidr -> cidrs.put(cidr.text(), cidr(cidr)));
    return cidrs;
  }

  private Map<String, Object> cidr(Cidr cidr) {
    // Go writes the bytes of the mask 255.255.255.240 or 255.255.255.255 in base64.
    String mask = cidr.prefix() ? "////8A==" : "/////w==";
    // ipamD lists only addresses that pods have used at least once.
    Map<String, Object> used = addresses(cidr.addresses().stream().filter(Address::used).toList());
    return Json.object(
        "Cidr", Json.object("IP", cidr.ip(), "Mask", mask),
        "IPv4Addresses", version.before(10, 0, used),
        "IPAddresses", version.since(10, 0, used),
        "IsPrefix", cidr.prefix(),
        "AddressFamily", version.since(10, 0, ""));
  }

  private Map<String, Object> addresses(List<Address> addresses) {
    Map<String, Object> byIp = new LinkedHashMap<>();
    addresses.forEach(address -> byIp.put(address.ip(), address(address)));
    return byIp;
  }

  /** Before release 1.11, the field {@code Address} follows the field {@code IPAMKey}. */
  private Map<String, Object> address(Address address) {
    return Json.object(
        "Address", version.since(11, 0, address.ip()),
        "IPAMKey", version.since(7, 0, key(address.pod())),
        "Address", version.before(11, 0, address.ip()).flatMap(ip -> version.since(5, 0, ip)),
        "Assigned", version.before(7, 0, address.assigned()),
        "IPAMMetadata", version.since(11, 0, metadata(address.pod())),
        "AssignedTime", version.since(11, 0, time(address.assignedAt())),
        "UnassignedTime", version.since(5, 0, time(address.unassignedAt())));
  }

  private Map<String, Object> key(Optional<Pod> pod) {
    Optional<Pod> shown = pod.filter(any -> !version.atLeast(23, 0));
    return Json.object(
        "networkName", pod.isPresent() ? "aws-cni" : "",
        "containerID", shown.map(Pod::containerId).orElse(""),
        "ifName", shown.isPresent() ? "eth0" : "");
  }

  private Map<String, Object> metadata(Optional<Pod> pod) {
    return Json.object(
        "k8sPodNamespace", pod.map(Pod::namespace),
        "k8sPodName", pod.map(Pod::name),
        "interfacesCount", pod.flatMap(any -> version.since(20, 0, interfaces(any))));
  }

  private int interfaces(Pod pod) {
    return pod.onEachCard() ? node.scenario().networkCards : 1;
  }

  /**
   * Writes the wall-clock time minus the age in model time. A reader that computes the age then
   * gets model time, even if the simulation is faster than real time. An absent time becomes Go's
   * zero time.
   */
  private String time(Optional<Duration> modelTime) {
    return modelTime
        .map(time -> TIME.format(wallNow.minus(node.now().minus(time))))
        .orElse("0001-01-01T00:00:00Z");
  }
}
