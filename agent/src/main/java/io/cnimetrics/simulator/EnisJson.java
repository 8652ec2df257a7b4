package io.cnimetrics.simulator;

import static java.time.temporal.ChronoField.NANO_OF_SECOND;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.cnimetrics.simulator.Kubelet.Pod;
import io.cnimetrics.simulator.SimWarmPool.PoolCount;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Writes {@code /v1/enis} in the format of the scenario's CNI release. */
final class EnisJson {
  private static final JsonFactory JSON = new JsonFactory();
  private static final int MAIN_ROUTE_TABLE = 254;

  private final SimulatedNode node;
  private final CniVersion version;
  private final WallClock clock;
  private final JsonGenerator json;

  private EnisJson(SimulatedNode node, WallClock clock, JsonGenerator json) {
    this.node = node;
    this.version = node.scenario().cniVersion();
    this.clock = clock;
    this.json = json;
  }

  /**
   * @param wallNow the time of the response, which is now in the model
   */
  static String of(SimulatedNode node, Instant wallNow) {
    StringWriter body = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(body)) {
      new EnisJson(node, new WallClock(wallNow, node.now()), json).body(node.enis());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return body.toString();
  }

  private void body(List<AttachedEni> enis) throws IOException {
    json.writeStartObject();
    if (version.atLeast(20, 0)) {
      json.writeObjectFieldStart("0");
      pool(enis);
      json.writeEndObject();
    } else {
      pool(enis);
    }
    json.writeEndObject();
  }

  private void pool(List<AttachedEni> enis) throws IOException {
    PoolCount count = PoolCount.of(enis);
    // ipamD subtracts addresses that were removed by force twice.
    json.writeNumberField("TotalIPs", count.total() - node.lostAddresses());
    json.writeNumberField("AssignedIPs", count.assigned());
    json.writeObjectFieldStart(version.atLeast(7, 0) ? "ENIs" : "ENIIPPools");
    for (AttachedEni eni : enis.stream().sorted(Comparator.comparing(AttachedEni::id)).toList()) {
      json.writeObjectFieldStart(eni.id());
      eni(eni);
      json.writeEndObject();
    }
    json.writeEndObject();
  }

  private void eni(AttachedEni eni) throws IOException {
    if (!version.atLeast(7, 0)) {
      json.writeBooleanField("IsPrimary", eni.primary());
      json.writeStringField("ID", eni.id());
      json.writeNumberField("DeviceNumber", eni.deviceNumber());
      json.writeNumberField("AssignedIPv4Addresses", eni.assigned());
      addresses("IPv4Addresses", eni.addresses().toList());
      return;
    }
    json.writeStringField("ID", eni.id());
    json.writeBooleanField("IsPrimary", eni.primary());
    json.writeBooleanField("IsTrunk", false);
    if (version.atLeast(7, 6)) {
      json.writeBooleanField("IsEFA", false);
    }
    json.writeNumberField("DeviceNumber", eni.deviceNumber());
    if (version.atLeast(9, 0)) {
      cidrs(eni);
    } else {
      addresses("IPv4Addresses", eni.addresses().toList());
    }
    sinceCidrs(eni);
  }

  private void sinceCidrs(AttachedEni eni) throws IOException {
    if (version.atLeast(10, 0)) {
      json.writeObjectFieldStart("IPv6Cidrs");
      json.writeEndObject();
    }
    if (version.atLeast(22, 0)) {
      json.writeBooleanField("IsExcludedForPodIPs", node.excluded(eni));
    }
    if (version.atLeast(20, 3)) {
      json.writeNumberField(
          "RouteTableID", eni.primary() ? MAIN_ROUTE_TABLE : eni.deviceNumber() + 1);
    }
    if (version.atLeast(22, 0)) {
      json.writeStringField("SubnetID", eni.subnetId());
    }
  }

  private void cidrs(AttachedEni eni) throws IOException {
    json.writeObjectFieldStart("AvailableIPv4Cidrs");
    for (SimCidr cidr : eni.cidrs()) {
      json.writeObjectFieldStart(cidr.text());
      json.writeObjectFieldStart("Cidr");
      json.writeStringField("IP", cidr.ip());
      // 255.255.255.240 or 255.255.255.255, as Go writes bytes: in base64.
      json.writeStringField("Mask", cidr.prefix() ? "////8A==" : "/////w==");
      json.writeEndObject();
      // Only addresses that were used at least once are listed.
      addresses(
          version.atLeast(10, 0) ? "IPAddresses" : "IPv4Addresses",
          cidr.addresses().stream().filter(Address::used).toList());
      json.writeBooleanField("IsPrefix", cidr.prefix());
      if (version.atLeast(10, 0)) {
        json.writeStringField("AddressFamily", "");
      }
      json.writeEndObject();
    }
    json.writeEndObject();
  }

  private void addresses(String field, List<Address> addresses) throws IOException {
    json.writeObjectFieldStart(field);
    for (Address address : addresses) {
      json.writeObjectFieldStart(address.ip());
      if (version.atLeast(7, 0)) {
        address(address);
      } else {
        addressBeforeKeys(address);
      }
      json.writeEndObject();
    }
    json.writeEndObject();
  }

  private void addressBeforeKeys(Address address) throws IOException {
    if (!version.atLeast(5, 0)) {
      json.writeBooleanField("Assigned", address.assigned());
      return;
    }
    json.writeStringField("Address", address.ip());
    json.writeBooleanField("Assigned", address.assigned());
    json.writeStringField("UnassignedTime", clock.text(address.unassignedAt()));
  }

  private void address(Address address) throws IOException {
    if (version.atLeast(11, 0)) {
      json.writeStringField("Address", address.ip());
      key(address.pod());
      metadata(address.pod());
      json.writeStringField("AssignedTime", clock.text(address.assignedAt()));
    } else {
      key(address.pod());
      json.writeStringField("Address", address.ip());
    }
    json.writeStringField("UnassignedTime", clock.text(address.unassignedAt()));
  }

  private void key(Optional<Pod> pod) throws IOException {
    boolean blanked = version.atLeast(23, 0);
    json.writeObjectFieldStart("IPAMKey");
    json.writeStringField("networkName", pod.isPresent() ? "aws-cni" : "");
    json.writeStringField("containerID", blanked ? "" : pod.map(Pod::containerId).orElse(""));
    json.writeStringField("ifName", pod.isPresent() && !blanked ? "eth0" : "");
    json.writeEndObject();
  }

  private void metadata(Optional<Pod> pod) throws IOException {
    json.writeObjectFieldStart("IPAMMetadata");
    if (pod.isPresent()) {
      json.writeStringField("k8sPodNamespace", pod.get().namespace());
      json.writeStringField("k8sPodName", pod.get().name());
      if (version.atLeast(20, 0)) {
        json.writeNumberField("interfacesCount", 1);
      }
    }
    json.writeEndObject();
  }

  /**
   * Writes model times as wall-clock times. Readers use the age of an address, so ages are in model
   * time at any speed of the model.
   *
   * @param wallNow the reader's now
   * @param modelNow the same moment in model time
   */
  record WallClock(Instant wallNow, Duration modelNow) {
    // Go's RFC 3339: no trailing zeros in the fraction.
    private static final DateTimeFormatter FORMAT =
        new DateTimeFormatterBuilder()
            .appendPattern("uuuu-MM-dd'T'HH:mm:ss")
            .appendFraction(NANO_OF_SECOND, 0, 9, true)
            .appendLiteral('Z')
            .toFormatter(Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    /** Go's zero time for "never". */
    String text(Optional<Duration> modelTime) {
      return modelTime
          .map(time -> FORMAT.format(wallNow.minus(modelNow.minus(time))))
          .orElse("0001-01-01T00:00:00Z");
    }
  }
}
