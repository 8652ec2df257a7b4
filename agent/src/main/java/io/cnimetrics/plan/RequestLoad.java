package io.cnimetrics.plan;

/**
 * The requests that a fleet sends to CloudWatch.
 *
 * @param perSecond the mean number of requests in a second
 * @param worstSecond the number of requests in the second with the most requests
 * @param perMonth the requests in a month of 30 days
 */
public record RequestLoad(double perSecond, int worstSecond, long perMonth) {
  /** CloudWatch's quota for PutMetricData, in requests per second, for an account in a region. */
  public static final int QUOTA_PER_SECOND = 500;

  /** The share of the quota that the mean number of requests uses; 1 is the whole quota. */
  public double quotaShare() {
    return quotaShare(perSecond);
  }

  /** The share of the quota in the worst second; 1 is the whole quota. */
  public double worstQuotaShare() {
    return quotaShare(worstSecond);
  }

  public static double quotaShare(double requestsPerSecond) {
    return requestsPerSecond / QUOTA_PER_SECOND;
  }
}
