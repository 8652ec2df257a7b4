package io.cnimetrics.publish;

import io.cnimetrics.catalog.Metric.Unit;
import java.util.AbstractList;
import java.util.List;
import java.util.RandomAccess;
import java.util.function.UnaryOperator;

/** The value of one metric in one minute. */
public record MinuteValue(String metric, Unit unit, double value) {

  /**
   * The values of a minute in a compact form. Minutes can share their lists of names, because a
   * whole day of pending minutes must fit into a heap of a few MB.
   */
  static final class Packed extends AbstractList<MinuteValue> implements RandomAccess {
    private final List<Name> names;
    private final double[] values;

    record Name(String metric, Unit unit) {}

    private Packed(List<Name> names, double[] values) {
      this.names = names;
      this.values = values;
    }

    static Packed of(List<MinuteValue> values) {
      return values instanceof Packed packed
          ? packed
          : new Packed(
              values.stream().map(value -> new Name(value.metric(), value.unit())).toList(),
              values.stream().mapToDouble(MinuteValue::value).toArray());
    }

    /**
     * A copy that shares the list of names with other minutes.
     *
     * @param equal returns a shared list that is equal to the given list
     */
    Packed sharing(UnaryOperator<List<Name>> equal) {
      return new Packed(equal.apply(names), values);
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
}
