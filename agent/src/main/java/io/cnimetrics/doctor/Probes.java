package io.cnimetrics.doctor;

import io.cnimetrics.snapshot.AddressPool;
import io.cnimetrics.snapshot.Subnet;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What checks ask of the world beside the polls, each by the check that needs it, on that check's
 * thread. What it throws says why it could not be asked.
 *
 * @param attachedEnis the interfaces that EC2 has attached to the instance
 * @param heldAddresses the addresses that pods hold
 * @param hostRoutes the host's routes
 * @param introspection whether introspection answers elsewhere
 * @param directories what a directory is like
 * @param cloudWatch CloudWatch's endpoint
 * @param ec2 EC2's endpoint
 * @param subnets free addresses; empty if they are not to be asked for
 * @param testSend sends one datum; empty without leave
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

  /** Tells which interfaces EC2 has attached to the instance. */
  @FunctionalInterface
  public interface AttachedEnis {
    /** Their ids. */
    List<String> read();
  }

  /** Tells which addresses pods hold, by ipamD's introspection. */
  @FunctionalInterface
  public interface HeldAddresses {
    /** IPv4 addresses in dotted form. */
    List<String> read();
  }

  /** Tells the host's routes. */
  @FunctionalInterface
  public interface HostRoutes {
    /** IPv4 addresses with a route of their own, in dotted form. */
    List<String> read();
  }

  /** Tells whether ipamD's introspection is served at an address. */
  @FunctionalInterface
  public interface Introspection {
    boolean answersAt(URI address);
  }

  /** Tells what a directory is like, without touching what is in it. */
  @FunctionalInterface
  public interface Directories {
    /** Why an agent could not write there; empty if it could. */
    Optional<String> obstacle(Path directory);
  }

  /** Tells whether an endpoint of AWS's answers, without asking it for anything. */
  @FunctionalInterface
  public interface Endpoint {
    EndpointResult probe(String region);
  }

  /**
   * What a visit of an endpoint gave.
   *
   * @param failure why there was no answer; empty if there was one
   * @param ahead how far the answer's date is ahead of the node's clock
   */
  public record EndpointResult(String url, Optional<String> failure, Optional<Duration> ahead) {}

  /** Tells the free addresses of the subnets that interfaces with pods are in. */
  @FunctionalInterface
  public interface Subnets {
    List<Subnet> read(AddressPool pool, String region);
  }

  /** Sends one datum to CloudWatch. */
  @FunctionalInterface
  public interface TestSend {
    /** Why it was not taken; empty if it was. */
    Optional<String> send(String metric, String region);
  }
}
