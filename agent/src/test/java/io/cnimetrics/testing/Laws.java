package io.cnimetrics.testing;

import java.util.Random;
import java.util.function.Function;

/**
 * Checks a law on random cases, which differ in each run. A failure names its seed and its case,
 * and {@code -Dlaws.seed=SEED} makes the failed case the first case.
 */
public final class Laws {
  private Laws() {}

  /** A law that must hold for each case. */
  @FunctionalInterface
  public interface Law<T> {
    /** Throws if the law does not hold. */
    void check(T value) throws Exception;
  }

  /**
   * Checks the law on this number of cases.
   *
   * @param cases makes a case; its {@code toString} shows the whole case
   * @throws AssertionError with seed, case and cause, at the first case that breaks the law
   */
  public static <T> void forAll(int tries, Function<Random, T> cases, Law<T> law) {
    forAll(Long.getLong("laws.seed", new Random().nextLong()), tries, cases, law);
  }

  static <T> void forAll(long first, int tries, Function<Random, T> cases, Law<T> law) {
    Random seeds = new Random(first);
    long seed = first;
    for (int number = 1; number <= tries; number++) {
      Object shown = "not made: the generator failed";
      try {
        T value = cases.apply(new Random(seed));
        shown = value;
        law.check(value);
      } catch (Throwable e) { // a decoder can also fail with StackOverflowError
        throw new AssertionError(
            "try %d of %d broke the law; repeat it with -Dlaws.seed=%d%ncase: %s%n%s"
                .formatted(number, tries, seed, shown, e),
            e);
      }
      seed = seeds.nextLong();
    }
  }

  /** A random long; the bounds and zero are more frequent than others. */
  public static long anyLong(Random random, long least, long most) {
    return switch (random.nextInt(20)) {
      case 0 -> least;
      case 1 -> most;
      case 2 -> Math.max(least, Math.min(most, 0));
      default -> random.nextLong(least, most);
    };
  }

  /** A random finite double; the extremes and zero are more frequent than others. */
  public static double anyDouble(Random random) {
    double[] extremes = {0, -0.0, 1, -1, Double.MAX_VALUE, -Double.MAX_VALUE, Double.MIN_VALUE};
    if (random.nextInt(5) == 0) {
      return extremes[random.nextInt(extremes.length)];
    }
    double any = Double.longBitsToDouble(random.nextLong());
    return Double.isFinite(any) ? any : random.nextGaussian();
  }
}
