package io.cnimetrics.identity;

import io.cnimetrics.snapshot.Origin;
import io.cnimetrics.snapshot.Problem;
import java.util.Optional;

/**
 * A required part of the identity: without the region or the cluster's name nothing can be sent.
 */
public sealed interface IdentityField {
  Optional<String> value();

  Optional<Origin> origin();

  /** A known value and its origin. */
  record Resolved(String name, Origin from) implements IdentityField {
    @Override
    public Optional<String> value() {
      return Optional.of(name);
    }

    @Override
    public Optional<Origin> origin() {
      return Optional.of(from);
    }
  }

  /**
   * An unknown value.
   *
   * @param problem why it is unknown, and how to set it
   * @param retryable whether a retry can help; if not, only a change of the settings can
   */
  record Unresolved(Problem problem, boolean retryable) implements IdentityField {
    @Override
    public Optional<String> value() {
      return Optional.empty();
    }

    @Override
    public Optional<Origin> origin() {
      return Optional.empty();
    }
  }
}
