package io.cnimetrics.aws;

import io.cnimetrics.deadline.BoundedCall;
import io.cnimetrics.snapshot.Reason;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import software.amazon.awssdk.imds.Ec2MetadataClient;

/**
 * One reading of the instance's interfaces by their MAC addresses; returns the subnet of each ENI.
 */
final class InterfacesReading {
  private static final String MACS = "/latest/meta-data/network/interfaces/macs/";

  /** More than EC2 attaches to an instance of any type. */
  private static final int MOST_INTERFACES = 200;

  private static final Pattern MAC = Pattern.compile("[0-9a-fA-F:]{17}");
  private static final Pattern ID = Pattern.compile("(?:eni|subnet)-[0-9a-zA-Z]{1,40}");

  private final MetadataHttp http = new MetadataHttp();
  private final UnaryOperator<Ec2MetadataClient.Builder> endpoint;

  InterfacesReading(UnaryOperator<Ec2MetadataClient.Builder> endpoint) {
    this.endpoint = endpoint;
  }

  /** Returns subnet ids by the ids of the interfaces. */
  Map<String, String> read(Duration limit) throws TimeoutException {
    try {
      return BoundedCall.start(MetadataReading.THREAD, limit, this::readAll).result();
    } finally {
      http.stop();
    }
  }

  private Map<String, String> readAll() {
    Map<String, String> subnets = new HashMap<>();
    try (MetadataService service = MetadataService.open(http, endpoint)) {
      service
          .get(MACS)
          .orElse("")
          .lines()
          .map(line -> line.strip().replaceFirst("/$", ""))
          .filter(MAC.asMatchPredicate())
          .limit(MOST_INTERFACES)
          .forEach(
              mac ->
                  subnets.put(word(service, mac, "interface-id"), word(service, mac, "subnet-id")));
    }
    return subnets;
  }

  private String word(MetadataService service, String mac, String name) {
    String word = service.get(MACS + mac + "/" + name).orElse("").strip();
    if (!ID.matcher(word).matches()) {
      throw new MetadataService.Failed(
          Reason.MALFORMED,
          http.last() + " was answered with no usable value (length " + word.length() + ")");
    }
    return word;
  }
}
