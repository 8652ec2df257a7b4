package io.cnimetrics.testing;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Evaluates a CloudFormation template: its resources with all functions resolved. */
public final class Stack {
  private static final Pattern NAME = Pattern.compile("\\$\\{([A-Za-z0-9:]+)}");
  private static final Object NO_VALUE = new Object();

  private final Map<?, ?> template;
  private final Map<String, Object> values = new LinkedHashMap<>();

  private Stack(String text, Map<String, String> parameters) {
    template = Json.object(text);
    values.put("AWS::Region", "eu-west-1");
    values.put("AWS::NoValue", NO_VALUE);
    Json.member(template, "Parameters")
        .forEach(
            (name, each) -> {
              Object value = ((Map<?, ?>) each).get("Default");
              String pattern = String.valueOf(((Map<?, ?>) each).get("AllowedPattern"));
              String given = parameters.get(String.valueOf(name));
              Object chosen = given == null ? Objects.requireNonNull(value, name + "") : given;
              if (!pattern.equals("null") && !String.valueOf(chosen).matches(pattern)) {
                throw new IllegalArgumentException(name + " must not be " + chosen);
              }
              values.put(String.valueOf(name), chosen);
            });
    alarms().forEach((id, alarm) -> values.put(id, Objects.requireNonNull(alarm.get("AlarmName"))));
  }

  public static Stack of(String template, Map<String, String> parameters) {
    return new Stack(template, parameters);
  }

  /** The alarms on metrics, by their names in the template. */
  public Map<String, Map<?, ?>> alarms() {
    return resources("AWS::CloudWatch::Alarm");
  }

  public Map<String, Map<?, ?>> composites() {
    return resources("AWS::CloudWatch::CompositeAlarm");
  }

  public Map<String, Map<?, ?>> dashboards() {
    return resources("AWS::CloudWatch::Dashboard");
  }

  private Map<String, Map<?, ?>> resources(String type) {
    Map<String, Map<?, ?>> resources = new LinkedHashMap<>();
    Json.member(template, "Resources")
        .forEach(
            (name, each) -> {
              Map<?, ?> resource = (Map<?, ?>) each;
              Object condition = resource.get("Condition");
              if (type.equals(resource.get("Type"))
                  && (condition == null || holds(String.valueOf(condition)))) {
                resources.put(
                    String.valueOf(name), (Map<?, ?>) value(Json.member(resource, "Properties")));
              }
            });
    return resources;
  }

  private boolean holds(String condition) {
    return (Boolean)
        value(Objects.requireNonNull(Json.member(template, "Conditions").get(condition)));
  }

  private Object value(Object node) {
    if (node instanceof List<?> list) {
      List<Object> values = new ArrayList<>();
      list.stream().map(this::value).filter(each -> each != NO_VALUE).forEach(values::add);
      return values;
    } else if (!(node instanceof Map<?, ?> object)) {
      return node;
    } else if (object.size() == 1) {
      Map.Entry<?, ?> only = object.entrySet().iterator().next();
      String name = String.valueOf(only.getKey());
      if (name.equals("Ref") || name.equals("Condition") || name.startsWith("Fn::")) {
        return function(name, only.getValue());
      }
    }
    Map<String, Object> values = new LinkedHashMap<>();
    ((Map<?, ?>) node)
        .forEach(
            (name, each) -> {
              Object value = value(each);
              if (value != NO_VALUE) {
                values.put(String.valueOf(name), value);
              }
            });
    return values;
  }

  private Object function(String name, Object argument) {
    List<?> arguments = argument instanceof List<?> list ? list : List.of(argument);
    return switch (name) {
      case "Ref" -> named(String.valueOf(argument));
      case "Fn::Sub" -> substituted(String.valueOf(argument));
      case "Fn::Join" -> joined((List<?>) value(arguments.get(1)));
      case "Fn::If" -> value(arguments.get(holds(String.valueOf(arguments.get(0))) ? 1 : 2));
      case "Fn::Equals" -> value(arguments.get(0)).equals(value(arguments.get(1)));
      case "Condition" -> holds(String.valueOf(argument));
      case "Fn::And" -> arguments.stream().allMatch(each -> (Boolean) value(each));
      case "Fn::Not" -> !((Boolean) value(arguments.get(0)));
      default -> throw new IllegalArgumentException(name);
    };
  }

  private Object named(String name) {
    return Objects.requireNonNull(values.get(name), name);
  }

  private String substituted(String text) {
    return NAME.matcher(text)
        .replaceAll(match -> Matcher.quoteReplacement(plain(named(match.group(1)))));
  }

  private static String joined(List<?> parts) {
    StringBuilder joined = new StringBuilder();
    parts.forEach(part -> joined.append(plain(part)));
    return joined.toString();
  }

  private static String plain(Object value) {
    return value instanceof Double number && number == Math.rint(number)
        ? String.valueOf(number.longValue())
        : String.valueOf(value);
  }
}
