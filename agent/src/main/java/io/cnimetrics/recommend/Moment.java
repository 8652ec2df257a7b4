package io.cnimetrics.recommend;

import java.util.function.ToLongFunction;

/**
 * What one node reported in one minute. Counters are totals since ipamD started.
 *
 * @param minute minutes since 1970
 * @param assigned addresses that pods hold
 * @param cooling addresses that pods released and that no pod can get yet
 * @param pool addresses on the node's ENIs
 * @param prefixes prefixes on the node's ENIs
 * @param reachable the largest number of addresses that the node can ever have, at most max pods
 * @param most addresses that all ENIs together can hold
 * @param enis the largest number of ENIs
 * @param requests requests of pods for an address, including the requests that failed
 * @param releases addresses that pods released
 * @param refused requests that failed because no address was available
 * @param restarts restarts of ipamD that the agent saw since the agent started
 * @param ec2Calls calls of ipamD to EC2; 0 if the CNI release does not count them
 */
public record Moment(
    long minute,
    int assigned,
    int cooling,
    int pool,
    int prefixes,
    int reachable,
    int most,
    int enis,
    long requests,
    long releases,
    long refused,
    long restarts,
    long ec2Calls) {

  /** The state of a new node before its ipamD started. This moment is the node's first. */
  Moment beforeStart() {
    return new Moment(
        minute - 1, 0, 0, pool, prefixes, reachable, most, enis, 0, 0, 0, restarts, 0);
  }

  /** How much a counter rose since the earlier moment. After a restart ipamD counts from 0. */
  long since(Moment earlier, ToLongFunction<Moment> counter) {
    return counter.applyAsLong(this) - (restartedSince(earlier) ? 0 : counter.applyAsLong(earlier));
  }

  /** Whether ipamD started between the earlier moment and this moment. */
  boolean restartedSince(Moment earlier) {
    return requests < earlier.requests
        || releases < earlier.releases
        || restarts > earlier.restarts;
  }
}
