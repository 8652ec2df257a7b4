package io.cnimetrics.simulator;

import io.cnimetrics.capacity.NodeCapacity;
import io.cnimetrics.recommend.NodeHistory.Counters;
import io.cnimetrics.recommend.NodeHistory.Limits;
import io.cnimetrics.recommend.NodeHistory.Moment;
import io.cnimetrics.simulator.Scenario.WarmTargets;
import io.cnimetrics.simulator.SimulatedIpamd.NodeState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongPredicate;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The data that the agent reported of one replayed week.
 *
 * @param idle the mean number of idle addresses
 * @param refused the number of refused requests
 */
record Replay(WarmTargets targets, List<Moment> moments, double idle, long refused) {
  /** The agent polls in this second of each minute. */
  static final int POLL_SECOND = 37;

  static final int MINUTES = 7 * 20;
  static final int HOST_NETWORK_PODS = 3;

  /** Replays a week, and stops after the first moment that does not pass the test. */
  static Replay of(Scenario scenario, Predicate<Moment> goesOn) {
    SimulatedNode node = new SimulatedNode(scenario);
    List<Moment> moments = new ArrayList<>();
    do {
      node.advanceTo(Duration.ofSeconds(60L * moments.size() + POLL_SECOND));
      moments.add(moment(moments.size(), node.state(), scenario));
    } while (moments.size() < MINUTES && goesOn.test(moments.get(moments.size() - 1)));
    return of(scenario.warmTargets, moments);
  }

  private static Replay of(WarmTargets targets, List<Moment> moments) {
    return new Replay(
        targets,
        moments,
        moments.stream().mapToInt(m -> m.pool() - m.assigned()).average().orElseThrow(),
        moments.get(moments.size() - 1).counters().refused());
  }

  /** The data of only these minutes. */
  Replay only(LongPredicate minutes) {
    return of(targets, moments.stream().filter(m -> minutes.test(m.minute())).toList());
  }

  /** This data, and later the data of another node with the same name. */
  Replay then(Replay next) {
    long start = moments.get(moments.size() - 1).minute() + 10;
    return of(
        targets,
        Stream.concat(moments.stream(), next.moments.stream().map(m -> at(start + m.minute(), m)))
            .toList());
  }

  private static Moment at(long minute, Moment m) {
    return new Moment(
        minute, m.assigned(), m.cooling(), m.pool(), m.prefixes(), m.limits(), m.counters());
  }

  private static Moment moment(long minute, NodeState state, Scenario scenario) {
    int most = scenario.mostEnis() * scenario.addressesPerEni();
    int forPods = most - (scenario.primaryHasPods() ? 0 : scenario.addressesPerEni());
    return new Moment(
        minute,
        state.assigned(),
        state.cooling(),
        state.total(),
        state.prefixes(),
        new Limits(
            Math.min(scenario.maxPods() - HOST_NETWORK_PODS, forPods), most, scenario.mostEnis()),
        new Counters(
            (long) state.counter("awscni_add_ip_req_count"),
            (long) state.counter("awscni_del_ip_req_count"),
            (long) state.counter("awscni_no_available_ip_addresses"),
            0,
            (long) state.counter("awscni_ec2api_req_count")));
  }

  boolean usesPrefixes() {
    return moments.get(moments.size() - 1).prefixes() > 0;
  }

  /** A lower bound of the idle addresses with other targets. */
  double leastIdle(WarmTargets targets) {
    int size = usesPrefixes() ? NodeCapacity.ADDRESSES_PER_PREFIX : 1;
    return moments.stream()
        .mapToInt(
            m -> {
              int least = Math.max(targets.minimumIp(), m.assigned() + targets.ip());
              return (least + size - 1) / size * size - m.assigned();
            })
        .average()
        .orElseThrow();
  }
}
