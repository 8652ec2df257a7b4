package io.cnimetrics.simulator;

import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * A network interface on the node.
 *
 * @param card the network card; the primary interface is on card 0
 * @param deviceNumber the device number on the card; the primary interface has 0
 * @param attachedAt the model time at which the interface was attached
 */
record AttachedEni(
    String id,
    int card,
    int deviceNumber,
    String subnetId,
    Duration attachedAt,
    List<SimCidr> cidrs) {
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
    return cidrs.stream().mapToInt(SimCidr::assigned).sum();
  }

  AttachedEni plus(List<SimCidr> more) {
    return withCidrs(Stream.concat(cidrs.stream(), more.stream()).toList());
  }

  AttachedEni minus(List<SimCidr> removed) {
    return withCidrs(cidrs.stream().filter(cidr -> !removed.contains(cidr)).toList());
  }

  AttachedEni map(UnaryOperator<Address> change) {
    return withCidrs(cidrs.stream().map(cidr -> cidr.map(change)).toList());
  }

  private AttachedEni withCidrs(List<SimCidr> cidrs) {
    return new AttachedEni(id, card, deviceNumber, subnetId, attachedAt, cidrs);
  }
}
