package io.cnimetrics.agent;

import io.cnimetrics.schedule.SubnetQueryShare;
import io.cnimetrics.snapshot.Subnet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Which subnets this node asks EC2 for in a minute, computed from EC2's answers so far. */
final class DueSubnets {
  /** The longest period after failures, in minutes. */
  private static final long MOST_BACKOFF = 64;

  private final String nodeName;
  private final long started;
  private final Map<String, Long> used = new HashMap<>();
  private int failures;

  /**
   * @param started the minute in which the agent started, counted from 1970
   */
  DueSubnets(String nodeName, long started) {
    this.nodeName = nodeName;
    this.started = started;
  }

  /**
   * The subnets that are due in a minute.
   *
   * @param own the number of addresses that this node has in each subnet
   */
  Set<String> at(long minute, Map<String, Long> own) {
    Set<String> due = new TreeSet<>();
    own.forEach(
        (subnetId, addresses) -> {
          if (isDue(subnetId, addresses, minute)) {
            due.add(subnetId);
          }
        });
    return due;
  }

  private boolean isDue(String subnetId, long own, long minute) {
    SubnetQueryShare turns = new SubnetQueryShare(nodeName, subnetId);
    Long known = used.get(subnetId);
    if (known == null && failures == 0) {
      return minute >= turns.first(started);
    }
    long period = known == null ? 1 : SubnetQueryShare.period(own, known);
    long backoff = Math.min(MOST_BACKOFF, 1L << Math.min(failures, 16));
    return turns.isDue(minute, Math.max(period, backoff));
  }

  /** Records an answer of EC2. */
  void answered(Set<String> asked, List<Subnet> subnets) {
    failures = 0;
    // EC2 never reports a subnet without IPv4 addresses.
    asked.forEach(subnetId -> used.put(subnetId, Long.MAX_VALUE));
    subnets.forEach(subnet -> used.put(subnet.id(), subnet.used()));
  }

  /** Records that EC2 gave no answer: the wait before the next call doubles. */
  void failed() {
    failures++;
  }
}
