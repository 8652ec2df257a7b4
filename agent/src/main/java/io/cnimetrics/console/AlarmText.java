package io.cnimetrics.console;

import java.util.List;

/**
 * What an alarm tells the person who is woken.
 *
 * @param title what is wrong, in a few words
 * @param meaning what it means for pods, and what to look at first
 * @param troubles the metrics of the log lines that name the node; none where there is no such line
 * @param checks ids of the doctor's findings to read on that node
 */
public record AlarmText(String title, String meaning, List<String> troubles, List<String> checks) {}
