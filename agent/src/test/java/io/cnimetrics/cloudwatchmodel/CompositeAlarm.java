package io.cnimetrics.cloudwatchmodel;

import io.cnimetrics.cloudwatchmodel.AlarmHistory.Span;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An alarm on alarms: it is in ALARM while at least one of its alarms is in ALARM.
 *
 * @param suppressor an alarm that, while in ALARM, mutes this alarm
 * @param waiting how long this alarm waits for the suppressor to go to ALARM
 * @param extension how long this alarm stays muted after the suppressor leaves ALARM
 */
record CompositeAlarm(
    List<String> alarms, Optional<String> suppressor, Duration waiting, Duration extension) {
  private static final Pattern ALARM = Pattern.compile("ALARM\\(\"([^\"]+)\"\\)( OR )?");

  static CompositeAlarm of(Map<?, ?> properties) {
    return new CompositeAlarm(
        named(String.valueOf(properties.get("AlarmRule"))),
        Optional.ofNullable(properties.get("ActionsSuppressor")).map(String::valueOf),
        seconds(properties, "ActionsSuppressorWaitPeriod"),
        seconds(properties, "ActionsSuppressorExtensionPeriod"));
  }

  private static List<String> named(String rule) {
    List<String> names = new ArrayList<>();
    Matcher alarm = ALARM.matcher(rule);
    while (alarm.lookingAt()) {
      names.add(alarm.group(1));
      alarm.region(alarm.end(), rule.length());
    }
    if (alarm.regionStart() < rule.length()) {
      throw new IllegalArgumentException(rule);
    }
    return names;
  }

  private static Duration seconds(Map<?, ?> properties, String name) {
    return properties.get(name) instanceof Double seconds
        ? Duration.ofSeconds(seconds.longValue())
        : Duration.ZERO;
  }

  /** The times at which this alarm is in ALARM, from the histories of all alarms by name. */
  AlarmHistory history(Map<String, AlarmHistory> histories) {
    return AlarmHistory.any(
        alarms.stream().map(name -> Objects.requireNonNull(histories.get(name), name)).toList());
  }

  /** The times at which this alarm sent a notification. */
  List<Instant> pages(Map<String, AlarmHistory> histories) {
    Optional<AlarmHistory> muting =
        suppressor.map(name -> Objects.requireNonNull(histories.get(name), name));
    return history(histories).alarms().stream()
        .flatMap(span -> notifiedAt(span, muting).stream())
        .toList();
  }

  private Optional<Instant> notifiedAt(Span on, Optional<AlarmHistory> muting) {
    Instant at = on.from().plus(waiting);
    for (Span mute : muting.map(AlarmHistory::alarms).orElse(List.of())) {
      Instant over = mute.to().equals(Instant.MAX) ? Instant.MAX : mute.to().plus(extension);
      // The end of muting sends a notification if the alarm is still on.
      if (!mute.from().isAfter(at) && at.isBefore(over)) {
        at = over;
      }
    }
    return at.isBefore(on.to()) ? Optional.of(at) : Optional.empty();
  }
}
