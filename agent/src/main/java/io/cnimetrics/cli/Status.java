package io.cnimetrics.cli;

import io.cnimetrics.config.Flag;
import io.cnimetrics.config.FlagType;
import io.cnimetrics.config.Settings;
import io.cnimetrics.config.Values;
import io.cnimetrics.text.Console;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.DateTimeException;
import java.time.InstantSource;
import java.util.List;

/** {@code status} prints the page {@code /status} of the agent on this node. */
record Status(InstantSource clock) implements Command {
  private static final Flag<Output> OUTPUT =
      Flag.of("--output", "STATUS_OUTPUT", FlagType.oneOf("FORMAT", Output.class))
          .defaultsTo("table", "table, or json, which prints the page /status unchanged");

  @Override
  public List<Flag<?>> flags() {
    return List.of(OUTPUT, Settings.HEALTH_ADDRESS);
  }

  @Override
  public int run(Values values, Console console) {
    Output output = values.get(OUTPUT);
    InetSocketAddress health = values.get(Settings.HEALTH_ADDRESS);
    values.check();
    URI address = AgentPage.address(health);
    try {
      String text = AgentPage.read(address);
      AgentPage page = AgentPage.of(text);
      console.print(
          switch (output) {
            case TABLE -> StatusTable.of(page, clock.instant(), console.palette());
            case JSON -> text;
          });
      return Cli.OK;
    } catch (IOException | DateTimeException e) {
      console.error(
          "no agent answers at %s (%s)".formatted(address, String.valueOf(e.getMessage())));
      console.error(
          "run this command on the agent's node or in its pod: kubectl -n kube-system exec"
              + " daemonset/cni-metrics-agent -- cni-metrics-agent status. If the agent has another"
              + " --health-address (HEALTH_ADDRESS), give this command the same address");
      return Cli.FAILED;
    }
  }
}
