package io.cnimetrics.publish;

import io.cnimetrics.catalog.Metric.Unit;
import java.util.AbstractList;
import java.util.List;
import java.util.RandomAccess;
import java.util.function.UnaryOperator;

/** The value of a metric in an ended minute. */
public record MinuteValue(String metric, Unit unit, double value) {

  /**
   * The values of a minute in compact form, because a day of minutes may wait in a heap of a few
   * MB: minutes can share their names and units.
   */
  static final class Packed extends AbstractList<MinuteValue> implements RandomAccess {
    private final List<Name> names;
    private final double[] values;

    /** A value without its number. */
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
     * A copy that shares its names with equal minutes.
     *
     * @param equal returns a shared list that equals the given one
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
