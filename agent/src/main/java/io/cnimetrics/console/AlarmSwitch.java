package io.cnimetrics.console;

/**
 * A template parameter that switches an alarm on or off.
 *
 * @param parameter the name of the parameter and of its condition
 * @param on the default
 */
record AlarmSwitch(String parameter, boolean on, String description) {}
