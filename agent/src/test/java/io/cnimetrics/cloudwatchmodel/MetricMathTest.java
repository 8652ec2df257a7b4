package io.cnimetrics.cloudwatchmodel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MetricMathTest {
  private static final Instant START = Instant.parse("2026-11-20T10:00:00Z");
  private static final Duration PERIOD = Duration.ofMinutes(5);
  private static final Window WINDOW = Window.of(START, START.plus(PERIOD.multipliedBy(3)), PERIOD);

  /**
   * Lines of three periods. Line a has no value in the last period, line b no value in the second.
   */
  private static final Map<String, Line> LINES = Map.of("a", line("4 0 -"), "b", line("2 - 8"));

  @ParameterizedTest
  @CsvSource({
    "a, 4 0 -",
    "a + b, 6 - -",
    "a - 1 - 1, 2 -2 -",
    "1 + 2 * a, 9 1 -",
    "(1 + 2) * a, 12 0 -",
    "b / a, 0.5 - -",
    "8 / a, 2 - -",
    "a / (PERIOD(a) / 60), 0.8 0 -",
    "'IF(a > 0, b)', 2 - -",
    "'IF(a > 0, b / a, 0)', 0.5 0 -",
    "'IF(b >= 8, 1, 0)', 0 - 1"
  })
  void isEvaluatedForEachPeriodWithData(String expression, String values) {
    assertThat(evaluate(expression).values()).isEqualTo(line(values).values());
  }

  @Test
  void unknownFunctionsAndTrailingTextAreRejected() {
    assertThatThrownBy(() -> evaluate("FILL(a)")).hasMessageContaining("FILL");
    assertThatThrownBy(() -> evaluate("a b")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> evaluate("a # b")).hasMessageContaining("# b");
  }

  private static Line evaluate(String expression) {
    List<Line> lines = MetricMath.evaluate(expression, LINES, new MetricStore(), WINDOW);
    assertThat(lines).hasSize(1);
    return lines.get(0);
  }

  private static Line line(String values) {
    Line line = Line.empty("");
    List<String> each = Arrays.asList(values.split(" ", -1));
    for (int i = 0; i < each.size(); i++) {
      if (!each.get(i).equals("-")) {
        line.put(START.plus(PERIOD.multipliedBy(i)), Double.parseDouble(each.get(i)));
      }
    }
    return line;
  }
}
