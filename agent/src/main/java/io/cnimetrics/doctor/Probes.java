package io.cnimetrics.doctor;

import io.cnimetrics.snapshot.AddressPool;
import io.cnimetrics.snapshot.ListedAddresses;
import io.cnimetrics.snapshot.Subnet;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The sources that checks read in addition to the polls. A failed probe throws an exception with
 * the reason.
 *
 * @param primaryAddresses the primary address of each ENI, from instance metadata
 * @param pool the addresses that ipamD's introspection lists
 * @param eniConfig the ENIConfig that ipamD looks for, from ipamD's introspection
 * @param subnets the subnets in EC2; empty if {@code --subnets} is not set
 * @param testSend the sender of the test datum; empty if {@code --send-test} is not set
 */
public record Probes(
    AttachedEnis attachedEnis,
    Addresses primaryAddresses,
    Pool pool,
    EniConfig eniConfig,
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
    /** Returns the ids of these ENIs. */
    List<String> read();

    /** Reads the ENIs once for several checks. */
    default AttachedEnis once() {
      return Probes.once(this::read)::get;
    }
  }

  /** Reads the name of the ENIConfig that ipamD looks for. */
  @FunctionalInterface
  public interface EniConfig {
    /** Returns the name, even if no such ENIConfig exists; empty if ipamD does not report it. */
    Optional<String> name();
  }

  @FunctionalInterface
  public interface Addresses {
    /** Returns addresses in their shortest form, such as {@code 10.0.1.23}. */
    List<String> read();
  }

  /** Reads the addresses of ipamD's pool. */
  @FunctionalInterface
  public interface Pool {
    ListedAddresses read();

    /** Reads the pool again after a pause. In the pause, pods finish their start or end. */
    default ListedAddresses later() {
      return read();
    }

    /** Reads the pool once for several checks: each request is a line in ipamD's log. */
    default Pool once() {
      return Probes.once(this::read)::get;
    }
  }

  /**
   * A route of the host to one address.
   *
   * @param device the network interface; the name of a pod's interface starts with {@code eni}
   */
  public record HostRoute(String address, String device) {}

  @FunctionalInterface
  public interface HostRoutes {
    /** Returns the routes to single hosts: /32 for IPv4 and /128 for IPv6. */
    List<HostRoute> read();

    /** Returns the names of all network interfaces; empty if unknown. */
    default List<String> devices() {
      return List.of();
    }
  }

  /** Tests whether ipamD's introspection answers at another URL. */
  @FunctionalInterface
  public interface Introspection {
    boolean answersAt(URI address);
  }

  /** Examines a directory without changing it. */
  @FunctionalInterface
  public interface Directories {
    /** Returns why the agent cannot write to the directory; empty if the agent can write to it. */
    Optional<String> obstacle(Path directory);
  }

  /** Connects to an endpoint of AWS, but requests no data. */
  @FunctionalInterface
  public interface Endpoint {
    EndpointResult probe(String region);
  }

  /**
   * The result of a connection to an endpoint.
   *
   * @param failure why the endpoint did not answer; empty if the endpoint answered
   * @param ahead the answer's date minus the node's time; empty if the answer has no date
   */
  public record EndpointResult(String url, Optional<String> failure, Optional<Duration> ahead) {}

  /** Reads how many addresses are free in the subnets of a pool's ENIs. */
  @FunctionalInterface
  public interface Subnets {
    List<Subnet> read(AddressPool pool, String region);
  }

  /**
   * Why CloudWatch rejected a datum.
   *
   * @param fact the answer, or why no answer came
   */
  public record Refusal(String fact, String remedy) {}

  /** Sends one datum to CloudWatch. */
  @FunctionalInterface
  public interface TestSend {
    /** Returns why CloudWatch rejected the datum; empty if CloudWatch accepted it. */
    Optional<Refusal> send(String metric, String region);
  }

  /**
   * Returns a source that reads only the first time, and returns the same value each later time.
   */
  private static <T> Supplier<T> once(Supplier<T> source) {
    return new Supplier<>() {
      private Optional<T> first = Optional.empty();

      @Override
      public synchronized T get() {
        T value = first.orElseGet(source);
        first = Optional.of(value);
        return value;
      }
    };
  }
}
