/**
 * A model of CloudWatch's statistics, metric math and alarms, with stories that agents publish to
 * it. Dashboard and alarms are parsed from the program's output.
 */
@NullMarked
package io.cnimetrics.cloudwatchmodel;

import org.jspecify.annotations.NullMarked;
