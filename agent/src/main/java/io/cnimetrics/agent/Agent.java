package io.cnimetrics.agent;

import io.cnimetrics.aws.Subnets;
import io.cnimetrics.capacity.PodLimits;
import io.cnimetrics.catalog.Metric;
import io.cnimetrics.catalog.NodeLabels;
import io.cnimetrics.catalog.Sampler;
import io.cnimetrics.catalog.Sampler.PollSamples;
import io.cnimetrics.config.AgentConfig;
import io.cnimetrics.health.AgentHealth;
import io.cnimetrics.health.AgentStats;
import io.cnimetrics.health.AgentStats.PollResult;
import io.cnimetrics.identity.Identification;
import io.cnimetrics.ipamd.Ipamd;
import io.cnimetrics.publish.Backoff;
import io.cnimetrics.publish.MetricBuffer;
import io.cnimetrics.publish.MetricSink;
import io.cnimetrics.publish.Receiver;
import io.cnimetrics.publish.SendEvents.DropReason;
import io.cnimetrics.publish.Sender;
import io.cnimetrics.schedule.NodeSchedule;
import io.cnimetrics.snapshot.NodeIdentity;
import io.cnimetrics.snapshot.NodeSnapshot;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The running agent. One thread polls and another thread sends. With {@code --subnets} a third
 * thread reads subnets. No thread waits for another. The agent runs until it is stopped, or until
 * an error that it cannot recover from.
 */
public final class Agent {
  /** The send loop runs at least once a minute, because it writes the journal to the disk. */
  private static final Duration LONGEST_SEND_PAUSE = Duration.ofMinutes(1);

  /**
   * A stop may take 10 s. A request may take 0.6 s longer than its limit, and the JVM needs the
   * rest of this time to exit.
   */
  private static final Duration STOP_LIMIT = Duration.ofMillis(7_800);

  /** How long a stopping agent waits for a request in progress. */
  private static final Duration REQUEST_GRACE = Duration.ofMillis(2_500);

  private static final Duration AFTER_INTERRUPT = Duration.ofMillis(500);

  private static final Logger log = LoggerFactory.getLogger(Agent.class);

  /** Creates the sink of each receiver. */
  @FunctionalInterface
  public interface Sinks {
    /**
     * Creates a sink. Makes no network call.
     *
     * @param region the region of CloudWatch. Not used for a receiver of OTLP with its own URL
     * @param labels returns the labels of this node, which OTLP adds to each datum
     */
    MetricSink of(Receiver receiver, String region, Supplier<NodeLabels> labels);
  }

  private final InstantSource clock;
  private final AgentStats stats;
  private final LastPoll lastPoll = new LastPoll();
  private final Set<Metric> selected;
  private final AlertLog alerts;
  private final ProblemLog problems = new ProblemLog();
  private final MetricBuffer buffer;
  private final Poller poller;
  private final Publisher publisher;
  private final Optional<SubnetReporter> subnets;
  private final AgentView view;
  private final Loop polls;
  private final Loop sends;
  private final Optional<Loop> subnetReads;
  private final Thread sending;
  private volatile Optional<String> fatal = Optional.empty();

  /**
   * The constructor waits while another agent holds the state directory.
   *
   * @param sampler the sampler of the metrics that are sent
   * @param identity looks up the node's identity within the given time limit; the call may be slow
   * @param subnets empty if the agent does not report subnets
   */
  public Agent(
      AgentConfig config,
      Ipamd ipamd,
      Sampler sampler,
      Function<Duration, Identification> identity,
      Sinks sinks,
      Optional<Subnets> subnets,
      AgentStats stats,
      RandomGenerator random,
      InstantSource clock) {
    Instant startedAt = clock.instant();
    this.clock = clock;
    this.stats = stats;
    this.selected = Set.copyOf(sampler.metrics());
    this.alerts =
        new AlertLog(
            config.nodeName(),
            config.maxPods().stream()
                .mapToObj(most -> new PodLimits(most, config.hostNetworkPods()))
                .findFirst());
    Receivers receivers = new Receivers(config);
    this.buffer =
        new MetricBuffer(
            config.stateDir(),
            Dimensions.cloudWatch(config),
            Dimensions.otlp(config),
            receivers.inUse(),
            clock,
            stats,
            selected::contains,
            alerts);
    KnownNode node = new KnownNode(config, identity, lastPoll);
    NodeSchedule schedule =
        NodeSchedule.of(config.nodeName(), config.pollInterval(), config.publishInterval());
    this.subnets =
        subnets.map(
            source ->
                new SubnetReporter(
                    config, source, buffer, lastPoll, schedule.subnetOffset(), clock.instant()));
    this.poller =
        new Poller(ipamd, sampler.ofAllMetrics().withGrace(), buffer, schedule, this::polled);
    this.polls = new Loop("poll", config.pollInterval(), clock, poller::run);
    this.publisher =
        new Publisher(
            buffer,
            node::identify,
            (receiver, region, now) ->
                new Sender(
                    buffer,
                    sinks.of(receiver, region, node::labels),
                    receiver,
                    schedule,
                    stats,
                    random,
                    receivers.where(receiver, region),
                    System::nanoTime,
                    now),
            sampler.start(),
            new Backoff(random),
            this::onIdentity,
            this::giveUp);
    this.view =
        new AgentView(
            startedAt, node, lastPoll, selected, alerts, buffer, receivers, publisher, stats);
    this.sends = new Loop("send", LONGEST_SEND_PAUSE, clock, now -> publisher.run(clock));
    this.subnetReads =
        this.subnets.map(
            reporter -> new Loop("subnets", SubnetReporter.INTERVAL, clock, reporter::run));
    this.sending = daemon(sends, "send");
  }

  private static Thread daemon(Loop loop, String name) {
    Thread thread = new Thread(loop, name);
    thread.setDaemon(true);
    return thread;
  }

  private void onIdentity(NodeIdentity node) {
    poller.setInstance(node.instance());
    subnets.ifPresent(known -> known.setNode(node));
  }

  private void polled(NodeSnapshot snapshot, PollSamples reading) {
    stats.polled(snapshot.ipamdRead() ? PollResult.GOOD : PollResult.FAILED);
    stats.dropped(
        DropReason.INVALID, (int) reading.leftOut().stream().filter(selected::contains).count());
    lastPoll.set(snapshot, reading.samples());
    subnets.ifPresent(known -> known.polled(snapshot));
    alerts.polled(snapshot, reading);
    problems.after(snapshot.takenAt(), snapshot.problems());
  }

  private void giveUp(String why) {
    fatal = Optional.of(why);
    polls.stop();
    sends.stop();
  }

  /**
   * Polls on the calling thread until the agent stops.
   *
   * @return why the agent can never send metrics; empty if the agent was stopped
   */
  public Optional<String> run() {
    sending.start();
    subnetReads.ifPresent(loop -> daemon(loop, "subnets").start());
    polls.run();
    return fatal;
  }

  public AgentHealth health() {
    return new AgentHealth(
        Stream.concat(Stream.of(polls, sends), subnetReads.stream()).map(Loop::health).toList(),
        // A finished poll is not enough, because missing permissions appear in the first run of the
        // send loop.
        lastPoll.snapshot().isPresent() && sends.hasRun(),
        publisher.refusals());
  }

  /** What the pages of the health server show of this agent. */
  public AgentView view() {
    return view;
  }

  /**
   * Stops the loops, polls a last time and sends the pending minutes, all within {@link
   * #STOP_LIMIT}. The journal keeps the minutes that cannot be sent in time. Only the disk can
   * delay the end further; the process then ends by the limit of the command {@code run}.
   *
   * @return false if the agent had already stopped because it can never send metrics
   */
  public boolean stop() {
    if (fatal.isPresent()) {
      return false;
    }
    long end = System.nanoTime() + STOP_LIMIT.toNanos();
    log.info("stopping: polling a last time and sending the pending minutes");
    polls.stop();
    sends.stop();
    subnets.ifPresent(SubnetReporter::stop);
    poller.finalPoll();
    buffer.closeOpenMinute();
    awaitRequest();
    flush(end);
    buffer.sync();
    log.info("stopped: waiting_minutes={}", buffer.depth().minutes());
    buffer.close();
    return true;
  }

  /** Sends the pending minutes. Each receiver has its own share of the remaining time. */
  private void flush(long end) {
    List<Sender> senders = publisher.senders();
    for (int i = 0; i < senders.size(); i++) {
      Duration left = Duration.ofNanos(end - System.nanoTime());
      senders.get(i).flush(clock.instant(), left.dividedBy(senders.size() - i));
    }
  }

  /**
   * Waits for the request in progress. Aborts a request that hangs, so that {@link #flush} can send
   * its minutes.
   */
  private void awaitRequest() {
    try {
      sending.join(REQUEST_GRACE.toMillis());
      if (sending.isAlive()) {
        sending.interrupt();
        sending.join(AFTER_INTERRUPT.toMillis());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
