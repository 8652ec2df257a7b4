package io.cnimetrics.console;

import static io.cnimetrics.testing.Json.number;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The grid of a dashboard. Panels must not overlap. */
final class Grid {
  private static final int COLUMNS = 24;

  private final Set<List<Integer>> taken = new HashSet<>();

  /** Places a panel, whose members have these names. */
  void place(Map<?, ?> panel, String x, String y, String width, String height) {
    int left = (int) number(panel, x);
    int right = left + (int) number(panel, width);
    int top = (int) number(panel, y);
    assertThat(right).isBetween(1, COLUMNS);
    for (int column = left; column < right; column++) {
      for (int row = top; row < top + number(panel, height); row++) {
        assertThat(taken.add(List.of(column, row))).as("%s", panel).isTrue();
      }
    }
  }
}
