package io.cnimetrics.cli;

import io.cnimetrics.config.Flag;
import io.cnimetrics.config.FlagType;
import io.cnimetrics.config.Values;
import io.cnimetrics.simulator.Scenario;
import io.cnimetrics.simulator.SimulatedIpamd;
import io.cnimetrics.text.Console;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * {@code simulate} answers HTTP requests like the ipamD of a simulated node, until it is stopped.
 */
record Simulate(InstantSource clock) implements Command {
  private static final FlagType<Integer> PORT =
      FlagType.of("PORT", FlagType.number(0, 65_535).parser());

  private static final Flag<Integer> INTROSPECTION_PORT =
      Flag.of("--introspection-port", "SIMULATE_INTROSPECTION_PORT", PORT)
          .defaultsTo("61679", "port of /v1/enis; 0 means any free port");
  private static final Flag<Integer> METRICS_PORT =
      Flag.of("--metrics-port", "SIMULATE_METRICS_PORT", PORT)
          .defaultsTo("61678", "port of /metrics; 0 means any free port");
  private static final Flag<Integer> SEED =
      Flag.of("--seed", "SIMULATE_SEED", FlagType.number(0, Integer.MAX_VALUE))
          .defaultsTo("1", "seed of the simulation; the same seed gives the same values");
  private static final Flag<Double> SPEED =
      Flag.of("--speed", "SIMULATE_SPEED", FlagType.of("FACTOR", Simulate::speed))
          .defaultsTo("1", "simulated seconds per real second");

  @Override
  public List<Flag<?>> flags() {
    List<Flag<?>> flags = new ArrayList<>(SimulatedNodeFlags.all());
    flags.addAll(List.of(INTROSPECTION_PORT, METRICS_PORT, SEED, SPEED));
    return flags;
  }

  @Override
  public int run(Values values, Console console) {
    SimulatedNodeFlags node = SimulatedNodeFlags.read(values);
    Scenario scenario = node.scenario().seed(values.get(SEED)).speed(values.get(SPEED));
    int introspectionPort = values.get(INTROSPECTION_PORT);
    int metricsPort = values.get(METRICS_PORT);
    if (introspectionPort == metricsPort && metricsPort != 0) {
      values.problem(
          "%s and %s are both %d: give two different ports"
              .formatted(INTROSPECTION_PORT.name(), METRICS_PORT.name(), metricsPort));
    }
    values.check();
    if (SimulatedNodeFlags.lists(values)) {
      console.print(SimulatedNodeFlags.list());
      return Cli.OK;
    }
    SimulatedIpamd.Ports ports = new SimulatedIpamd.Ports(introspectionPort, metricsPort);
    return serve(scenario, ports, node.warmUp(), console);
  }

  private int serve(
      Scenario scenario, SimulatedIpamd.Ports ports, Duration warmUp, Console console) {
    try (SimulatedIpamd ipamd = SimulatedIpamd.start(scenario, ports, warmUp, clock)) {
      console.print(
          """
          simulated ipamD: --introspection-url %s --metrics-url %s
          stop it with Ctrl-C
          """
              .formatted(ipamd.introspectionUrl(), ipamd.metricsUrl()));
      new CountDownLatch(1).await();
      return Cli.OK;
    } catch (UncheckedIOException e) {
      console.error(String.valueOf(e.getMessage()));
      return Cli.FAILED;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Cli.OK;
    }
  }

  private static double speed(String text) {
    try {
      double speed = Double.parseDouble(text);
      if (speed > 0 && speed <= 1_000) {
        return speed;
      }
    } catch (NumberFormatException e) {
      // The exception below also reports text that is not a number.
    }
    throw new IllegalArgumentException("expected a factor greater than 0 and at most 1000");
  }
}
