package io.cnimetrics.chaos;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * One minute of {@code make chaos} with a fixed seed, so that the faults are always the same. One
 * agent is killed on a full disk, and another loses its state. The clock of a third agent is set an
 * hour ahead and back, and this agent is killed in between.
 */
@Order(1)
@Timeout(value = 8, unit = TimeUnit.MINUTES)
class ChaosIT {
  private static final long SEED = 345;

  @Test
  void minuteOfChaosLosesNothingAndRepeatsOnlyDatumsWithoutAnAnswer(@TempDir Path directory)
      throws IOException {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    try (Chaos chaos = new Chaos(SEED, Duration.ofMinutes(1), directory)) {
      assertThat(chaos.run(new PrintStream(printed, true, UTF_8)))
          .as(() -> printed.toString(UTF_8))
          .isTrue();
    }
  }
}
