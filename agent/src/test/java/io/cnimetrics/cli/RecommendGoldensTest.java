package io.cnimetrics.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.Goldens;
import io.cnimetrics.recommend.Observations;
import io.cnimetrics.simulator.RecommendExample;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

class RecommendGoldensTest {
  private static final Path EXAMPLE = Path.of("..", "docs", "recommend-example.json.gz");
  private static final Path PAGE = Path.of("..", "docs", "recommend.md");

  private final Terminal terminal = new Terminal(Map.of());

  /** Checks only one node, because the simulation of all nodes would take a minute. */
  @Test
  void exampleIsTwoDaysOfASimulatedCluster() throws IOException {
    if (Boolean.getBoolean("goldens.rewrite")) {
      try (OutputStream file = new GZIPOutputStream(Files.newOutputStream(EXAMPLE))) {
        file.write(RecommendExample.answer().getBytes(StandardCharsets.UTF_8));
      }
    }
    try (GZIPInputStream file = new GZIPInputStream(Files.newInputStream(EXAMPLE))) {
      String answer = new String(file.readAllBytes(), StandardCharsets.UTF_8);
      assertThat(answer.contains(RecommendExample.newNodeSeries()))
          .as("stale: run make goldens")
          .isTrue();
    }
  }

  @Test
  void pageShowsWhatTheExampleGives() throws IOException {
    terminal.run("recommend", "--file", EXAMPLE.toString());
    Goldens.checkPart(PAGE, "example", "\n```\n" + terminal.out() + "```\n\n");
    assertThat(PAGE).content().as("loop over the metrics").contains(Observations.families());
    assertThat(terminal.out().lines()).allMatch(line -> line.length() <= 80);
  }

  @Test
  void jsonIsAsApproved() {
    terminal.run("recommend", "--file", EXAMPLE.toString(), "--output", "json");

    Goldens.check("recommend.json", terminal.out());
  }
}
