package io.cnimetrics.doctor;

import java.net.URI;
import java.nio.file.Path;
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
 */
public record World(
    AttachedEnis attachedEnis,
    HeldAddresses heldAddresses,
    HostRoutes hostRoutes,
    Introspection introspection,
    Directories directories) {

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
}
