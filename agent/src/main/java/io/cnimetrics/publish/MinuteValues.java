package io.cnimetrics.publish;

import io.cnimetrics.catalog.Unit;
import java.util.AbstractList;
import java.util.List;
import java.util.RandomAccess;
import java.util.function.UnaryOperator;

/**
 * The values of a minute in little room, because a day of them may wait in a heap of a few MB: what
 * minutes have in common, the names and units, they can share.
 */
final class MinuteValues extends AbstractList<MinuteValue> implements RandomAccess {
  private final List<Name> names;
  private final double[] values;

  /** All of a value but the number. */
  record Name(String metric, Unit unit) {}

  private MinuteValues(List<Name> names, double[] values) {
    this.names = names;
    this.values = values;
  }

  static MinuteValues of(List<MinuteValue> values) {
    return values instanceof MinuteValues packed
        ? packed
        : new MinuteValues(
            values.stream().map(value -> new Name(value.metric(), value.unit())).toList(),
            values.stream().mapToDouble(MinuteValue::value).toArray());
  }

  /**
   * The same with other names in place of these.
   *
   * @param equal finds names that are equal
   */
  MinuteValues sharing(UnaryOperator<List<Name>> equal) {
    return new MinuteValues(equal.apply(names), values);
  }

  @Override
  public MinuteValue get(int index) {
    Name name = names.get(index);
    return new MinuteValue(name.metric(), name.unit(), values[index]);
  }

  @Override
  public int size() {
    return values.length;
  }
}
