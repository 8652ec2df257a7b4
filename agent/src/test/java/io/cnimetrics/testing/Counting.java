package io.cnimetrics.testing;

import io.cnimetrics.publish.MetricSink.PutResult;
import io.cnimetrics.publish.SendEvents;
import io.cnimetrics.publish.SendEvents.DropReason;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;

/** Counts requests, sent datums, and dropped datums. */
public final class Counting implements SendEvents {
  private final Map<DropReason, Integer> dropped = new EnumMap<>(DropReason.class);
  private int requests;
  private int sent;

  @Override
  public synchronized void answered(PutResult.Status outcome, Duration took) {
    requests++;
  }

  @Override
  public synchronized void sent(int datums) {
    sent += datums;
  }

  @Override
  public synchronized void dropped(DropReason reason, int datums) {
    dropped.merge(reason, datums, Integer::sum);
  }

  public synchronized Map<DropReason, Integer> dropped() {
    return Map.copyOf(dropped);
  }

  public synchronized int requests() {
    return requests;
  }

  public synchronized int sent() {
    return sent;
  }
}
