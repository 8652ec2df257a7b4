package io.cnimetrics.config;

/** What a metric in CloudWatch can be told apart by. */
public enum Dimension {
  CLUSTER_ID,
  NODE,
  INSTANCE_ID,
  INSTANCE_TYPE,
  AVAILABILITY_ZONE
}
