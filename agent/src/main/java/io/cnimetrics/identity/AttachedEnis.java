package io.cnimetrics.identity;

import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import software.amazon.awssdk.imds.Ec2MetadataClient;

/** The network interfaces of the instance, as its metadata service tells. */
public final class AttachedEnis {
  private static final String MACS = "/latest/meta-data/network/interfaces/macs/";

  private AttachedEnis() {}

  /**
   * Their ids, by the same settings as {@link InstanceMetadata#fromEnvironment}.
   *
   * @throws RuntimeException if the service does not tell; the message says what came back
   */
  public static List<String> read() {
    return read(UnaryOperator.identity());
  }

  static List<String> read(UnaryOperator<Ec2MetadataClient.Builder> endpoint) {
    MetadataHttp http = new MetadataHttp();
    try (MetadataService service = MetadataService.open(http, endpoint)) {
      return service
          .get(MACS)
          .orElse("")
          .lines()
          .map(mac -> service.get(MACS + mac.strip() + "interface-id"))
          .flatMap(Optional::stream)
          .map(String::strip)
          .toList();
    }
  }
}
