package io.cnimetrics.health;

import io.cnimetrics.publish.Answer;
import io.cnimetrics.publish.DropReason;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;

/** What the agent has done since it started: written by its loops, read by {@code /metrics}. */
public final class Activity {
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

  /** Counts a request to CloudWatch and the time from its start to its answer, or to giving up. */
  public void asked(Answer.Outcome outcome, Duration latency) {
    requests.add(outcome, 1);
    latencies.add(latency);
  }

  public void sent(long datums) {
    sent.add(datums);
  }

  public void dropped(DropReason reason, long datums) {
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
