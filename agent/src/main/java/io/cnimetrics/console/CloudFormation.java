package io.cnimetrics.console;

import static io.cnimetrics.text.Json.object;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The CloudFormation functions that the template uses. */
final class CloudFormation {
  private CloudFormation() {}

  static Map<String, Object> ref(String name) {
    return object("Ref", name);
  }

  /** The function {@code Fn::Sub} replaces each {@code ${Name}} by the value of the parameter. */
  static Map<String, Object> sub(String text) {
    return object("Fn::Sub", text);
  }

  static Map<String, Object> join(Object... texts) {
    return object("Fn::Join", List.of("", List.of(texts)));
  }

  static Map<String, Object> either(String condition, Object then, Object otherwise) {
    return object("Fn::If", List.of(condition, then, otherwise));
  }

  /** The value of a property that the template leaves out if the condition is false. */
  static Map<String, Object> only(String condition, Object then) {
    return either(condition, then, ref("AWS::NoValue"));
  }

  static Map<String, Object> isOn(String parameter) {
    return object("Fn::Equals", List.of(ref(parameter), "true"));
  }

  /** True if all named conditions are true. */
  static Map<String, Object> all(String... conditions) {
    return object("Fn::And", Stream.of(conditions).map(name -> object("Condition", name)).toList());
  }

  static Map<String, Object> isGiven(String parameter) {
    return object("Fn::Not", List.of(object("Fn::Equals", List.of(ref(parameter), ""))));
  }
}
