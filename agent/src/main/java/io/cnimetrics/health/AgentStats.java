package io.cnimetrics.health;

import io.cnimetrics.publish.DropReason;
import io.cnimetrics.publish.PutResult;
import io.cnimetrics.publish.SendEvents;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;

/** The agent's own counters since its start. Its loops write them, {@code /metrics} reads them. */
public final class AgentStats implements SendEvents {
  private final EnumCounter<PollResult> polls = new EnumCounter<>(PollResult.class);
  private final LongAdder sent = new LongAdder();
  private final EnumCounter<DropReason> dropped = new EnumCounter<>(DropReason.class);
  private final EnumCounter<PutResult.Status> requests = new EnumCounter<>(PutResult.Status.class);
  private final Latencies latencies = new Latencies();

  /** The result of a poll. */
  public enum PollResult {
    GOOD,
    FAILED
  }

  public void polled(PollResult result) {
    polls.add(result, 1);
  }

  @Override
  public void answered(PutResult.Status outcome, Duration took) {
    requests.add(outcome, 1);
    latencies.add(took);
  }

  @Override
  public void sent(int datums) {
    sent.add(datums);
  }

  @Override
  public void dropped(DropReason reason, int datums) {
    dropped.add(reason, datums);
  }

  EnumCounter<PollResult> polls() {
    return polls;
  }

  long datumsSent() {
    return sent.sum();
  }

  EnumCounter<DropReason> datumsDropped() {
    return dropped;
  }

  EnumCounter<PutResult.Status> requests() {
    return requests;
  }

  Latencies latencies() {
    return latencies;
  }
}
