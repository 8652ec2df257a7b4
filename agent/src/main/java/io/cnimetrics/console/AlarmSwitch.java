package io.cnimetrics.console;

/**
 * Takes an alarm into the template, or leaves it out.
 *
 * @param parameter the template's parameter, and the condition on it
 * @param on unless it is set
 */
record AlarmSwitch(String parameter, boolean on, String description) {}
