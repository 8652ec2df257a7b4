package io.cnimetrics.simulator;

import io.cnimetrics.simulator.AttachedEni.Address;
import io.cnimetrics.simulator.Kubelet.Pod;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A network interface on the node.
 *
 * @param card the network card; the primary interface is on card 0
 * @param deviceNumber the device number on the card; the primary interface has 0
 * @param attachedAt the model time at which the interface was attached
 */
record AttachedEni(
    String id, int card, int deviceNumber, String subnetId, Duration attachedAt, List<Cidr> cidrs) {
  AttachedEni {
    cidrs = List.copyOf(cidrs);
  }

  boolean primary() {
    return card == 0 && deviceNumber == 0;
  }

  Stream<Address> addresses() {
    return cidrs.stream().flatMap(cidr -> cidr.addresses().stream());
  }

  int assigned() {
    return cidrs.stream().mapToInt(Cidr::assigned).sum();
  }

  AttachedEni plus(List<Cidr> more) {
    return withCidrs(Stream.concat(cidrs.stream(), more.stream()).toList());
  }

  AttachedEni minus(List<Cidr> removed) {
    return withCidrs(cidrs.stream().filter(cidr -> !removed.contains(cidr)).toList());
  }

  AttachedEni map(UnaryOperator<Address> change) {
    return withCidrs(cidrs.stream().map(cidr -> cidr.map(change)).toList());
  }

  private AttachedEni withCidrs(List<Cidr> cidrs) {
    return new AttachedEni(id, card, deviceNumber, subnetId, attachedAt, cidrs);
  }

  /**
   * An address for pods. All times are model time since the start of the simulation.
   *
   * @param pod the pod that holds the address
   * @param assignedAt when the address was last assigned to a pod
   * @param unassignedAt when a pod last released the address
   */
  record Address(
      String ip,
      Optional<Pod> pod,
      Optional<Duration> assignedAt,
      Optional<Duration> unassignedAt) {
    /** The time for which ipamD does not reuse a released address ({@code IP_COOLDOWN_PERIOD}). */
    static final Duration COOLDOWN = Duration.ofSeconds(30);

    static Address unused(String ip) {
      return new Address(ip, Optional.empty(), Optional.empty(), Optional.empty());
    }

    Address assignedTo(Pod pod, Duration now) {
      return new Address(ip, Optional.of(pod), Optional.of(now), unassignedAt);
    }

    Address unassigned(Duration now) {
      return new Address(ip, Optional.empty(), assignedAt, Optional.of(now));
    }

    boolean assigned() {
      return pod.isPresent();
    }

    boolean used() {
      return assignedAt.isPresent();
    }

    boolean cooling(Duration now) {
      return !assigned()
          && unassignedAt.filter(at -> now.minus(at).compareTo(COOLDOWN) < 0).isPresent();
    }

    boolean free(Duration now) {
      return !assigned() && !cooling(now);
    }
  }

  /**
   * A block that EC2 assigns to an interface: one address (/32) or a prefix of 16 addresses (/28).
   *
   * @param addresses all addresses in the block, in ascending order
   */
  record Cidr(List<Address> addresses) {
    Cidr {
      addresses = List.copyOf(addresses);
    }

    /** A CIDR of {@code size} unused addresses. The first address is {@code ipv4}. */
    static Cidr at(int ipv4, int size) {
      return new Cidr(
          IntStream.range(ipv4, ipv4 + size)
              .mapToObj(address -> Address.unused(dotted(address)))
              .toList());
    }

    private static String dotted(int ipv4) {
      return "%d.%d.%d.%d"
          .formatted(ipv4 >>> 24, ipv4 >>> 16 & 0xff, ipv4 >>> 8 & 0xff, ipv4 & 0xff);
    }

    int size() {
      return addresses.size();
    }

    boolean prefix() {
      return size() > 1;
    }

    String ip() {
      return addresses.get(0).ip();
    }

    /** The CIDR as text, such as {@code 10.20.0.16/28}. */
    String text() {
      return ip() + (prefix() ? "/28" : "/32");
    }

    int count(Predicate<Address> which) {
      int count = 0;
      for (Address address : addresses) {
        count += which.test(address) ? 1 : 0;
      }
      return count;
    }

    int assigned() {
      return count(Address::assigned);
    }

    Cidr map(UnaryOperator<Address> change) {
      return new Cidr(addresses.stream().map(change).toList());
    }
  }
}
