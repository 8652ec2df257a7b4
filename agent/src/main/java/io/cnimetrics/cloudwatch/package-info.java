/** Sends datums to CloudWatch. No other package uses CloudWatch's types of the SDK. */
@NullMarked
package io.cnimetrics.cloudwatch;

import org.jspecify.annotations.NullMarked;
