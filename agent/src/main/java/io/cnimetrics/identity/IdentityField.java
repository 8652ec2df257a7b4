package io.cnimetrics.identity;

import io.cnimetrics.snapshot.Origin;
import io.cnimetrics.snapshot.Problem;
import java.util.Optional;

/** A part of the identity that nothing can be sent without: the region or the cluster's name. */
public sealed interface IdentityField {
  Optional<String> value();

  Optional<Origin> origin();

  /** Known, and from where. */
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
   * Not known.
   *
   * @param problem why, and how to give it
   * @param retryable whether asking again may help; if not, only a person can
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
