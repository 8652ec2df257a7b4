package io.cnimetrics.config;

/** A dimension under which CloudWatch metrics are published. */
public enum Dimension {
  CLUSTER_ID,
  NODE,
  INSTANCE_ID,
  INSTANCE_TYPE,
  AVAILABILITY_ZONE
}
