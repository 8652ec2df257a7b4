/** Sends datums to CloudWatch. No other package uses the SDK's types for CloudWatch. */
@NullMarked
package io.cnimetrics.cloudwatch;

import org.jspecify.annotations.NullMarked;
