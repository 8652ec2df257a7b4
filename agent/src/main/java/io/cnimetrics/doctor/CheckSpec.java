package io.cnimetrics.doctor;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What a check is about, for people who look it up; its findings are made here.
 *
 * @param id never changes: alarms and pages refer to it
 * @param looksAt what it is judged by
 * @param fires when it does, and how bad that is
 * @param remedy what to do then
 * @param link a page of AWS's on it
 */
public record CheckSpec(
    String id, String looksAt, String fires, String remedy, Optional<String> link) {
  private static final Pattern ID = Pattern.compile("[a-z][a-z0-9]*(-[a-z0-9]+)*");

  public CheckSpec {
    if (!ID.matcher(id).matches()) {
      throw new IllegalArgumentException(
          "id '%s': expected words of a-z and 0-9 joined by hyphens".formatted(id));
    }
  }

  static CheckSpec of(String id, String looksAt, String fires, String remedy) {
    return new CheckSpec(id, looksAt, fires, remedy, Optional.empty());
  }

  CheckSpec see(String page) {
    return new CheckSpec(id, looksAt, fires, remedy, Optional.of(page));
  }

  Finding fail(String title, String evidence, String cause) {
    return new Finding(id, Level.FAIL, title, evidence, cause, remedy, link);
  }

  Finding warn(String title, String evidence, String cause) {
    return new Finding(id, Level.WARN, title, evidence, cause, remedy, link);
  }

  Finding note(String title, String evidence, String cause) {
    return new Finding(id, Level.NOTE, title, evidence, cause, remedy, link);
  }

  Finding ok(String title, String evidence) {
    return new Finding(id, Level.OK, title, evidence, "", "", Optional.empty());
  }

  /**
   * @param why what is missing
   */
  Finding notChecked(String why) {
    return new Finding(id, Level.NOT_CHECKED, "not checked", why, "", "", Optional.empty());
  }
}
