package io.cnimetrics.schedule;

/**
 * What a fleet asks of CloudWatch.
 *
 * @param perSecond the mean
 * @param worstSecond the most requests in any second
 * @param perMonth in a month of 30 days
 */
public record RequestLoad(double perSecond, int worstSecond, long perMonth) {
  /** The most datums that CloudWatch takes in one request. */
  public static final int MOST_DATUMS = 1_000;

  /** Requests a second that CloudWatch takes from all that is in an account and region. */
  public static final int QUOTA_PER_SECOND = 500;

  /** The mean's share of the quota; 1 is all of it. */
  public double quotaShare() {
    return quotaShare(perSecond);
  }

  /** The worst second's share of the quota; 1 is all of it. */
  public double worstQuotaShare() {
    return quotaShare(worstSecond);
  }

  public static double quotaShare(double requestsPerSecond) {
    return requestsPerSecond / QUOTA_PER_SECOND;
  }
}
