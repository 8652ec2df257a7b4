package io.cnimetrics.render;

/**
 * What an alarm tells the person who is woken.
 *
 * @param title what is wrong, in a few words
 * @param meaning what it means for pods, and what to look at first
 * @param troubles the metrics of the log lines that name the node, separated by '|'; none if empty
 * @param doctor what to read of the doctor's findings on that node
 */
record AlarmText(String title, String meaning, String troubles, String doctor) {}
