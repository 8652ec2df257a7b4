package io.cnimetrics.recommend;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ObservationsTest {
  private static final int MB = 1 << 20;

  @Test
  void errorNamesTheHeapThatTheDataNeeds() throws IOException {
    Observations small = observations(7 * MB, 10, 1_500);
    Observations named = observations(8 * MB, 10, 1_500);

    assertThatIOException()
        .isThrownBy(small::takeNodes)
        .withMessageEndingWith("run this command as 'cni-metrics-agent -Xmx8m recommend'");
    assertThat(named.takeNodes()).isEmpty();
  }

  @Test
  void manyNodesAreReadInShortParts() throws IOException {
    assertThat(observations(12 * MB, 200, 60).fittingHours()).isEqualTo(2);
    assertThat(observations(12 * MB, 400, 60).fittingHours()).isEqualTo(1);
    assertThat(observations(96 * MB, 200, 60).fittingHours()).isEqualTo(24);
  }

  /** One of the needed metrics of these nodes. */
  private static Observations observations(long heapBytes, int nodes, int minutes)
      throws IOException {
    String values =
        IntStream.range(0, minutes)
            .mapToObj(minute -> "[%d,\"4\"]".formatted(1_764_000_000 + 60 * minute))
            .collect(Collectors.joining(","));
    Observations observations = new Observations(Optional.empty(), heapBytes);
    for (int node = 0; node < nodes; node++) {
      String series =
          "{\"metric\":{\"__name__\":\"cni_enis_max\",\"node\":\"n%d\"},\"values\":[%s]}"
              .formatted(node, values);
      QueryAnswers.read(new ByteArrayInputStream(series.getBytes(UTF_8)), observations);
    }
    return observations;
  }
}
