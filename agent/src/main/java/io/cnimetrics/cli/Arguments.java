package io.cnimetrics.cli;

import io.cnimetrics.config.FlagType.Form;
import io.cnimetrics.config.Nearest;
import io.cnimetrics.config.Values;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The arguments of a command. Values stay text, because {@link Values} parses flags and environment
 * variables together and reports all problems at once.
 *
 * @param given the text of each flag on the command line, by the name of the flag
 * @param problems one message for each unknown word and each repeated flag with a single value
 */
record Arguments(Map<String, String> given, List<String> problems, boolean help, boolean version) {
  private static final Set<String> HELP = Set.of("--help", "-h");
  private static final String VERSION = "--version";
  private static final Set<String> BOOLS = Set.of("true", "false");

  /**
   * Reads {@code --flag=value} and {@code --flag value}. A switch without a value means true. Any
   * other flag without a value gets an empty text, which the parser rejects.
   *
   * @param name the name of the command
   */
  static Arguments of(String name, Command command, List<String> words) {
    Map<String, Form> forms = new HashMap<>();
    Stream.concat(command.flags().stream(), command.ignoredFlags().stream())
        .forEach(flag -> forms.put(flag.name(), flag.type().form()));
    Map<String, List<String>> texts = new LinkedHashMap<>();
    List<String> problems = new ArrayList<>();
    boolean help = false;
    boolean version = false;
    Deque<String> left = new ArrayDeque<>(words);
    while (!left.isEmpty()) {
      String word = left.pop();
      int equals = word.indexOf('=');
      String flag = equals < 0 ? word : word.substring(0, equals);
      Optional<Form> form = Optional.ofNullable(forms.get(flag));
      if (HELP.contains(word)) {
        help = true;
      } else if (word.equals(VERSION)) {
        version = true;
      } else if (form.isPresent()) {
        String text = equals < 0 ? value(form.get(), left) : word.substring(equals + 1);
        texts.computeIfAbsent(flag, any -> new ArrayList<>()).add(text);
      } else {
        problems.add(unknown(word, name, forms.keySet()));
        // The value of an unknown flag is no second problem.
        if (word.startsWith("--")
            && equals < 0
            && !left.isEmpty()
            && !left.peek().startsWith("-")) {
          left.pop();
        }
      }
    }
    return new Arguments(joined(texts, forms, problems), problems, help, version);
  }

  /** Takes the value of a flag from the words after the flag. */
  private static String value(Form form, Deque<String> left) {
    String next = left.isEmpty() ? "--" : left.peek();
    if (form == Form.SWITCH) {
      return BOOLS.contains(next.toLowerCase(Locale.ROOT)) ? left.pop() : "true";
    }
    return next.startsWith("--") ? "" : left.pop();
  }

  private static String unknown(String word, String command, Set<String> known) {
    String unknown =
        "unknown flag or argument '%s' of command %s".formatted(Values.shortened(word), command);
    Optional<String> json =
        Optional.of("--output json")
            .filter(any -> word.equals("--json") && known.contains("--output"));
    return json.or(() -> Nearest.of(Values.shortened(word.split("=", 2)[0]), known))
        .map(name -> "%s; did you mean %s?".formatted(unknown, name))
        .orElse(unknown);
  }

  private static Map<String, String> joined(
      Map<String, List<String>> texts, Map<String, Form> forms, List<String> problems) {
    Map<String, String> given = new HashMap<>();
    texts.forEach(
        (flag, all) -> {
          if (all.size() > 1 && forms.get(flag) != Form.LIST) {
            problems.add("%s is given %s times: give it once".formatted(flag, all.size()));
            given.put(flag, all.get(0));
          } else {
            given.put(flag, String.join(",", all));
          }
        });
    return given;
  }
}
