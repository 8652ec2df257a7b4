package io.cnimetrics.imagetest;

import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** One agent that is measured. */
final class Trial {
  private static final double KIB_IN_MB = 1_000_000 / 1024.0;

  private final Variant variant;
  private final Node.Agent agent;
  private final Duration firstPoll;
  private final Duration ready;
  private double cpuAtBegin;
  private Duration measuredFrom = Duration.ZERO;
  private Usage atEnd;
  private Duration ended = Duration.ZERO;

  private Trial(Variant variant, Node.Agent agent, Duration firstPoll, Duration ready) {
    this.variant = variant;
    this.agent = agent;
    this.firstPoll = firstPoll;
    this.ready = ready;
    this.atEnd = Usage.of(agent.process().pid());
  }

  /** Starts an agent with the default intervals, and waits until it is ready. */
  static Trial start(Node node, Variant variant) throws IOException {
    Node.Agent agent = node.start(variant.command(), variant.flags());
    Duration firstPoll = agent.awaitFirstPoll();
    return new Trial(variant, agent, firstPoll, agent.awaitReady());
  }

  Variant variant() {
    return variant;
  }

  void pause(Duration time) {
    agent.process().pause(time);
  }

  /** Starts to measure the CPU time of the agent. */
  void begin() {
    cpuAtBegin = Usage.of(agent.process().pid()).cpuSeconds();
    measuredFrom = agent.process().sinceStart();
  }

  void end() {
    atEnd = Usage.of(agent.process().pid());
    ended = agent.process().sinceStart();
  }

  /** Returns the figures by name. A name includes the unit. */
  Map<String, Double> figures() throws IOException {
    Map<String, Double> figures = new LinkedHashMap<>();
    figures.put("RSS, MB", atEnd.rssKib() / KIB_IN_MB);
    figures.put("PSS, MB", atEnd.pssKib() / KIB_IN_MB);
    figures.put("anonymous, MB", atEnd.anonymousKib() / KIB_IN_MB);
    figures.put("file, MB", atEnd.fileKib() / KIB_IN_MB);
    figures.put("threads", (double) atEnd.threads());
    figures.put("first poll, s", firstPoll.toMillis() / 1e3);
    figures.put("ready, s", ready.toMillis() / 1e3);
    figures.put("CPU until steady, s", cpuAtBegin);
    double seconds = ended.minus(measuredFrom).toMillis() / 1e3;
    figures.put("steady CPU, % of a core", 100 * (atEnd.cpuSeconds() - cpuAtBegin) / seconds);
    if (variant.onHotSpot()) {
      Machine machine = Machine.of(agent.process().pid());
      figures.put("heap in use, MB", machine.heapKib() / KIB_IN_MB);
      figures.put("metaspace, MB", machine.metaspaceKib() / KIB_IN_MB);
      figures.put("code cache, MB", machine.codeKib() / KIB_IN_MB);
      figures.put("classes", (double) machine.classes());
    }
    return figures;
  }

  String nativeMemory() throws IOException {
    return Machine.nativeMemory(agent.process().pid());
  }

  /** Ends the agent by SIGTERM, and prints the agent's warnings and errors. */
  void stop() {
    agent.process().stop();
    agent
        .process()
        .written()
        .lines()
        .filter(line -> line.contains(" WARN ") || line.contains(" ERROR "))
        .forEach(System.err::println);
  }
}
