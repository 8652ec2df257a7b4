package io.cnimetrics.doctor;

import io.cnimetrics.capacity.InstanceLimits;
import io.cnimetrics.snapshot.Problem;
import java.util.List;
import java.util.Optional;

/** Whether the limits of the node's instance type are known. */
final class InstanceType implements Check {
  private static final CheckSpec SPEC =
      CheckSpec.of(
              "instance-type",
              "the instance type, in the bundled table of limits",
              "warn: what the node can reach is unknown; note: the type is not known, or not in the"
                  + " table, and ipamD's gauges stand in",
              "Upgrade the agent for a new type; let the agent read instance metadata, and ipamD's"
                  + " metrics")
          .see(Pages.INSTANCE_TYPES);

  @Override
  public CheckSpec spec() {
    return SPEC;
  }

  @Override
  public List<Finding> run(NodeEvidence node) {
    Optional<Problem> unknown = node.last().reading().capacity().problem();
    Optional<String> type = node.snapshot().instance().type();
    if (unknown.isPresent()) {
      return List.of(
          SPEC.warn(
              "What the node can reach is unknown",
              unknown.get().fact(),
              "Neither the table nor ipamD's gauges have it"));
    } else if (type.isEmpty()) {
      return List.of(
          SPEC.note(
              "The instance type is unknown",
              "instance metadata does not report it",
              "They cannot be read from here, or are switched off"));
    }
    return List.of(
        InstanceLimits.of(type.get())
            .map(
                limit ->
                    SPEC.ok(
                        "The instance type is known",
                        "%s: %d ENIs of %d addresses"
                            .formatted(type.get(), limit.enis(), limit.ipv4PerEni())))
            .orElseGet(
                () ->
                    SPEC.note(
                        "The instance type is not in the table of limits",
                        type.get(),
                        "It is newer than this agent; ipamD's gauges stand in")));
  }
}
