package io.cnimetrics.agent;

import static io.cnimetrics.testing.Snapshots.eni;
import static io.cnimetrics.testing.Snapshots.nothingRead;

import io.cnimetrics.ipamd.Ipamd;
import io.cnimetrics.snapshot.NodeSnapshot;
import io.cnimetrics.testing.Snapshots;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Simulates ipamD without sockets, and records its answers. */
final class ModelIpamd implements Ipamd {
  private final InstantSource clock;
  private final SplittableRandom random;
  private final List<Answer> answers = new ArrayList<>();
  private double startSeconds;
  private double errors;
  private double errorsLastRead;
  private double counted;
  private long assigned = 3;
  private boolean down;

  /**
   * A successful read.
   *
   * @param errors the sum of all reported errors, including those before a restart
   */
  record Answer(Instant at, long assigned, double errors) {
    long minute() {
      return Math.floorDiv(at.getEpochSecond(), 60);
    }
  }

  ModelIpamd(InstantSource clock, long seed) {
    this.clock = clock;
    this.random = new SplittableRandom(seed);
    this.startSeconds = clock.instant().minus(Duration.ofHours(1)).toEpochMilli() / 1000.0;
  }

  /** Restarts ipamD. The errors since the last read never reach the agent. */
  void restart() {
    counted -= errors - errorsLastRead;
    errors = 0;
    errorsLastRead = 0;
    startSeconds = clock.instant().toEpochMilli() / 1000.0;
  }

  void down(boolean isDown) {
    down = isDown;
  }

  List<Answer> answers() {
    return answers;
  }

  @Override
  public NodeSnapshot read(Duration most) {
    int more = random.nextInt(3);
    errors += more;
    counted += more;
    assigned = random.nextInt(15);
    Snapshots snapshot = nothingRead().at(clock.instant()).type("m5.xlarge");
    if (down) {
      return snapshot.build();
    }
    errorsLastRead = errors;
    answers.add(new Answer(clock.instant(), assigned, counted));
    return snapshot
        .enis(eni(0, 14, assigned, 0))
        .sum("awscni_ipamd_error_count", errors)
        .processStart(startSeconds)
        .build();
  }

  @Override
  public void abort() {}
}
