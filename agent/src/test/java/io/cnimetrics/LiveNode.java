package io.cnimetrics;

import static java.util.stream.Collectors.toSet;

import io.cnimetrics.simulator.Scenario;
import io.cnimetrics.simulator.SimulatedIpamd.NodeState;
import io.cnimetrics.testing.AgentProcess;
import io.cnimetrics.testing.AgentProcess.Result;
import io.cnimetrics.testing.Eventually;
import io.cnimetrics.testing.HealthPages;
import io.cnimetrics.testing.ServedIpamd;
import io.cnimetrics.testing.ServedIpamd.Answer;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * A node with its ipamD and one or more agents, which are processes. From the answers of its ipamD
 * it computes the values that the agents must have published.
 */
final class LiveNode implements AutoCloseable {
  private static final Duration WARM = Duration.ofSeconds(60);
  private static final Duration POLL_LIMIT = Duration.ofSeconds(30);

  private final String name;
  private final ServedIpamd ipamd;
  private final Supplier<AgentProcess> agents;
  private final boolean keepsState;
  private final List<AgentProcess.Running> runs = new ArrayList<>();

  /**
   * The index of the first answer of each series of polls. In a series, the agent of each poll
   * knows the totals of the previous poll.
   */
  private final List<Integer> memories = new ArrayList<>();

  /**
   * How an agent ended.
   *
   * @param polled whether the agent polled ipamD after the signal
   */
  record Stop(Result result, boolean polled) {}

  /**
   * @param agents starts the command line of another agent
   * @param settings of this node's agents
   */
  LiveNode(String name, Scenario scenario, Supplier<AgentProcess> agents, String... settings)
      throws IOException {
    this.name = name;
    this.ipamd = new ServedIpamd(scenario, WARM);
    this.keepsState = List.of(settings).contains("--state-dir");
    String health = HealthPages.onFreePort().address();
    this.agents =
        () ->
            agents
                .get()
                .with("--node-name", name)
                .reading(ipamd.introspectionUrl(), ipamd.metricsUrl())
                .with("--health-address", health)
                .with(settings);
  }

  String name() {
    return name;
  }

  /** Starts an agent. Without a state directory, the previous agent must have ended. */
  void start() {
    if (memories.isEmpty() || !keepsState) {
      memories.add(ipamd.answers().size());
    }
    runs.add(agents.get().start());
  }

  int starts() {
    return runs.size();
  }

  /** Ends the agent by SIGTERM. */
  Stop stop() {
    int before = ipamd.answers().size();
    Result result = atWork().stop();
    return new Stop(result, !later(before).isEmpty());
  }

  /** Ends the agent by SIGKILL, between two polls. */
  void kill() {
    awaitPoll();
    Eventually.comes(Instant.now().plusSeconds(3));
    atWork().kill();
  }

  /**
   * The agent that works. If two agents run, the later agent waits until the earlier agent has
   * ended.
   */
  private AgentProcess.Running atWork() {
    return runs.stream().filter(AgentProcess.Running::isRunning).findFirst().orElseThrow();
  }

  /** Waits for a complete poll that starts after now. */
  void awaitPoll() {
    int before = ipamd.answers().size();
    Eventually.holds(
        "a poll of " + name,
        POLL_LIMIT,
        () ->
            later(before).stream().anyMatch(Answer::metrics)
                && later(before).stream().anyMatch(answer -> !answer.metrics()));
  }

  private List<Answer> later(int index) {
    List<Answer> answers = ipamd.answers();
    return answers.subList(index, answers.size());
  }

  void restartIpamd() {
    ipamd.restart();
  }

  /** The minutes that must have each datum of this node. Other minutes must have no datum. */
  Set<Instant> minutes() {
    return series().stream()
        .flatMap(
            polls -> {
              // The agent started within this minute, so it does not report it.
              Instant first = minute(polls.get(0));
              return polls.stream().map(LiveNode::minute).filter(minute -> minute.isAfter(first));
            })
        .collect(toSet());
  }

  /** The last answer of ipamD in this minute. */
  Optional<NodeState> last(Instant minute) {
    return ipamd.answers().stream()
        .filter(answer -> !answer.metrics() && minute(answer).equals(minute))
        .reduce((earlier, later) -> later)
        .map(Answer::truth);
  }

  /** The increase of a counter between consecutive polls of the same series. */
  double increase(String counter) {
    return series().stream()
        .mapToDouble(
            polls -> Answer.increase(counter, polls.stream().filter(Answer::metrics).toList()))
        .sum();
  }

  /** The restarts of ipamD between consecutive polls of the same series. */
  int restarts() {
    return series().stream()
        .mapToInt(polls -> polls.get(polls.size() - 1).process() - polls.get(0).process())
        .sum();
  }

  private List<List<Answer>> series() {
    List<Answer> answers = ipamd.answers();
    List<List<Answer>> series = new ArrayList<>();
    for (int i = 0; i < memories.size(); i++) {
      int end = i + 1 < memories.size() ? memories.get(i + 1) : answers.size();
      series.add(answers.subList(memories.get(i), end));
    }
    return series;
  }

  private static Instant minute(Answer answer) {
    return answer.at().truncatedTo(ChronoUnit.MINUTES);
  }

  /** The dimensions of the series of only this node. */
  Map<String, String> dimensions(String cluster) {
    return Map.of("CLUSTER_ID", cluster, "NODE", name);
  }

  @Override
  public void close() {
    runs.forEach(AgentProcess.Running::close);
    ipamd.close();
  }
}
