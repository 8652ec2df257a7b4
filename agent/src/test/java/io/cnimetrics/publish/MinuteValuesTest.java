package io.cnimetrics.publish;

import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.catalog.Metric.Unit;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MinuteValuesTest {
  private static final List<MinuteValue> VALUES =
      List.of(
          new MinuteValue("eniAllocated", Unit.COUNT, 2),
          new MinuteValue("nodeIPUtilization", Unit.PERCENT, 12.5));

  @Test
  void listIsEqualToTheOneThatItWasMadeOf() {
    assertThat(MinuteValues.of(VALUES)).isEqualTo(VALUES).hasSameHashCodeAs(VALUES);
    assertThat(MinuteValues.of(List.of())).isEmpty();
  }

  @Test
  void minutesWithTheSameMetricsShareWhatTheyHaveInCommon() {
    Interner<Destination> destinations = new Interner<>();
    Interner<List<MinuteValues.Name>> names = new Interner<>();
    PendingMinute first = minute(1, "prod", VALUES).sharing(destinations, names);
    List<MinuteValue> others =
        VALUES.stream()
            .map(value -> new MinuteValue(value.metric(), value.unit(), value.value() + 1))
            .toList();

    PendingMinute second = minute(2, "prod", others).sharing(destinations, names);
    PendingMinute third = minute(3, "test", VALUES.subList(0, 1)).sharing(destinations, names);

    assertThat(second).isEqualTo(minute(2, "prod", others));
    assertThat(second.destination()).isSameAs(first.destination());
    assertThat(third).isEqualTo(minute(3, "test", VALUES.subList(0, 1)));
  }

  @Test
  void sharedThingIsTheFirstOfEqualOnes() {
    Interner<String> shared = new Interner<>();
    String first = shared.equalTo("prod");

    assertThat(shared.equalTo(String.join("", "pr", "od"))).isSameAs(first);
  }

  @Test
  void whatWasSharedLongAgoIsForgotten() {
    Interner<Integer> shared = new Interner<>();
    for (int i = 0; i < 1_000; i++) {
      assertThat(shared.equalTo(i)).isEqualTo(i);
    }
  }

  private static PendingMinute minute(long id, String cluster, List<MinuteValue> values) {
    return new PendingMinute(
        id, id, BufferFixture.destination("Kubernetes/CNI", Map.of("CLUSTER_ID", cluster)), values);
  }
}
