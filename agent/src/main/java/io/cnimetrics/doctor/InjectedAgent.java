package io.cnimetrics.doctor;

import java.util.List;

/** Whether something loads an agent into every JVM of the pod. */
final class InjectedAgent implements Check {
  private static final CheckSpec SPEC =
      CheckSpec.of(
          "java-agent",
          "`JAVA_TOOL_OPTIONS` and its like",
          "warn: one loads a Java agent, for which the agent's heap is too small",
          "Opt the pod out of the injection by its operator's label or annotation (Datadog,"
              + " OpenTelemetry, Dynatrace, Istio, Linkerd)");

  @Override
  public CheckSpec spec() {
    return SPEC;
  }

  @Override
  public List<Finding> run(NodeEvidence node) {
    List<String> injectors = node.agentSettings().injectors();
    return List.of(
        injectors.isEmpty()
            ? SPEC.ok("No Java agent is injected", "0 variables")
            : SPEC.warn(
                "A Java agent is injected",
                String.join(", ", injectors),
                "An operator of the cluster adds it to every pod"));
  }
}
