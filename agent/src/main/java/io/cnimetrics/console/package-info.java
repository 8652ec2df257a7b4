/** The CloudWatch dashboard, and the alarms for CloudWatch and Prometheus. */
@NullMarked
package io.cnimetrics.console;

import org.jspecify.annotations.NullMarked;
