package io.cnimetrics.console;

import java.util.Optional;

/**
 * The threshold of an alarm. Alarms compare with it; graphs draw it.
 *
 * @param parameter the template's parameter that sets it; empty if no other value makes sense
 * @param description of that parameter
 */
record AlarmThreshold(
    Optional<String> parameter, int value, int least, int most, String description) {
  static AlarmThreshold fixed(int value) {
    return new AlarmThreshold(Optional.empty(), value, value, value, "");
  }

  static AlarmThreshold of(String parameter, int value, int least, int most, String description) {
    return new AlarmThreshold(Optional.of(parameter), value, least, most, description);
  }
}
