package io.cnimetrics.doctor;

import io.cnimetrics.snapshot.AddressPool;
import io.cnimetrics.snapshot.Subnet;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What checks read besides the polls. A probe that cannot answer throws an exception that says why.
 *
 * @param ec2 the endpoint of EC2
 * @param cloudWatch the endpoint of CloudWatch
 * @param subnets empty if doctor may not ask for subnets
 * @param testSend empty if doctor may not send a datum
 */
public record Probes(
    AttachedEnis attachedEnis,
    HeldAddresses heldAddresses,
    HostRoutes hostRoutes,
    Introspection introspection,
    Directories directories,
    Endpoint cloudWatch,
    Endpoint ec2,
    Optional<Subnets> subnets,
    Optional<TestSend> testSend) {

  /** Reads the ENIs that are attached to the instance. */
  @FunctionalInterface
  public interface AttachedEnis {
    /** ENI ids. */
    List<String> read();
  }

  /** Reads the addresses that pods hold, from ipamD's introspection. */
  @FunctionalInterface
  public interface HeldAddresses {
    /** IPv4 addresses in dotted form. */
    List<String> read();
  }

  /** Reads the host's routes. */
  @FunctionalInterface
  public interface HostRoutes {
    /** IPv4 addresses with their own route, in dotted form. */
    List<String> read();
  }

  /** Tries ipamD's introspection on another address. */
  @FunctionalInterface
  public interface Introspection {
    boolean answersAt(URI address);
  }

  /** Examines a directory without changing it. */
  @FunctionalInterface
  public interface Directories {
    /** Why the agent cannot write there; empty if it can. */
    Optional<String> obstacle(Path directory);
  }

  /** Connects to an endpoint of AWS without a request for data. */
  @FunctionalInterface
  public interface Endpoint {
    EndpointResult probe(String region);
  }

  /**
   * The result of a connection to an endpoint.
   *
   * @param failure why there was no answer; empty if there was one
   * @param ahead how far the answer's date is ahead of the node's clock
   */
  public record EndpointResult(String url, Optional<String> failure, Optional<Duration> ahead) {}

  /** Reads the free addresses of the subnets of ENIs with pods. */
  @FunctionalInterface
  public interface Subnets {
    List<Subnet> read(AddressPool pool, String region);
  }

  /** Sends one datum to CloudWatch. */
  @FunctionalInterface
  public interface TestSend {
    /** Why CloudWatch did not accept it; empty if it did. */
    Optional<String> send(String metric, String region);
  }
}
