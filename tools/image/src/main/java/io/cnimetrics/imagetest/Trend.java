package io.cnimetrics.imagetest;

import java.util.List;

/**
 * A line through points, fitted by ordinary least squares.
 *
 * @param margin half of the 95 % confidence interval of the slope, if the points are independent of
 *     each other
 */
record Trend(double slope, double margin) {
  /** The quantile of the normal distribution for 95 %. */
  private static final double Z = 1.96;

  /** One sample. */
  record Point(double x, double y) {
    /**
     * @param points at least one
     */
    static Point mean(List<Point> points) {
      return new Point(
          points.stream().mapToDouble(Point::x).average().orElseThrow(),
          points.stream().mapToDouble(Point::y).average().orElseThrow());
    }
  }

  /**
   * @param points at least three, with different x
   */
  static Trend of(List<Point> points) {
    int n = points.size();
    if (n < 3) {
      throw new IllegalArgumentException("%d points: a trend needs at least 3".formatted(n));
    }
    double meanX = points.stream().mapToDouble(Point::x).average().orElseThrow();
    double meanY = points.stream().mapToDouble(Point::y).average().orElseThrow();
    double squaresX = points.stream().mapToDouble(p -> square(p.x() - meanX)).sum();
    double slope =
        points.stream().mapToDouble(p -> (p.x() - meanX) * (p.y() - meanY)).sum() / squaresX;
    double squaresLeft =
        points.stream().mapToDouble(p -> square(p.y() - meanY - slope * (p.x() - meanX))).sum();
    int freedom = n - 2;
    return new Trend(slope, student(freedom) * Math.sqrt(squaresLeft / freedom / squaresX));
  }

  @Override
  public String toString() {
    return "%+.2f ± %.2f".formatted(slope, margin);
  }

  private static double square(double x) {
    return x * x;
  }

  /**
   * Returns Student's quantile for 95 %, approximated from the quantile of the normal distribution.
   * The error is 1 % with 5 degrees of freedom. With more degrees of freedom the error is smaller.
   */
  private static double student(int freedom) {
    double z = Z;
    double first = (z * z * z + z) / 4;
    double second = (5 * Math.pow(z, 5) + 16 * z * z * z + 3 * z) / 96;
    return z + first / freedom + second / freedom / freedom;
  }
}
