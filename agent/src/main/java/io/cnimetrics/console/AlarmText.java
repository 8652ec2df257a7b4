package io.cnimetrics.console;

import io.cnimetrics.catalog.Metric;
import java.util.List;

/**
 * The text of an alarm for the person on call.
 *
 * @param title the problem, in a few words
 * @param meaning the effect on pods, and what to check first
 * @param troubles the metrics of the log lines that name the node; empty if there is no such line
 * @param checks ids of the doctor's findings to check on that node
 */
public record AlarmText(String title, String meaning, List<Metric> troubles, List<String> checks) {}
