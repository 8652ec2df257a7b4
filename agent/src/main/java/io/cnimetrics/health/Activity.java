package io.cnimetrics.health;

import io.cnimetrics.publish.Answer;
import io.cnimetrics.publish.DropReason;
import io.cnimetrics.publish.SendEvents;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;

/** What the agent has done since it started: written by its loops, read by {@code /metrics}. */
public final class Activity implements SendEvents {
  private final Tally<PollResult> polls = new Tally<>(PollResult.class);
  private final LongAdder sent = new LongAdder();
  private final Tally<DropReason> dropped = new Tally<>(DropReason.class);
  private final Tally<Answer.Outcome> requests = new Tally<>(Answer.Outcome.class);
  private final Latencies latencies = new Latencies();

  /** What came of a poll. */
  public enum PollResult {
    GOOD,
    FAILED
  }

  public void polled(PollResult result) {
    polls.add(result, 1);
  }

  @Override
  public void answered(Answer.Outcome outcome, Duration took) {
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

  Tally<PollResult> polls() {
    return polls;
  }

  long datumsSent() {
    return sent.sum();
  }

  Tally<DropReason> datumsDropped() {
    return dropped;
  }

  Tally<Answer.Outcome> requests() {
    return requests;
  }

  Latencies latencies() {
    return latencies;
  }
}
