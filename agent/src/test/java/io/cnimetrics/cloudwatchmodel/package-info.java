/**
 * A model of CloudWatch's statistics, metric math and alarms, and stories: events on simulated
 * nodes whose agents publish to the model. Dashboard and alarms are parsed from the program's
 * output.
 */
@NullMarked
package io.cnimetrics.cloudwatchmodel;

import org.jspecify.annotations.NullMarked;
