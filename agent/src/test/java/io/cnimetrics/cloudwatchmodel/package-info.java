/**
 * What CloudWatch makes of the agents' datums: a model of its statistics, its metric math and its
 * alarms, and stories told to it. Dashboard and alarms are read from what the program prints.
 */
@NullMarked
package io.cnimetrics.cloudwatchmodel;

import org.jspecify.annotations.NullMarked;
