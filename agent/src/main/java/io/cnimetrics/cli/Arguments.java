package io.cnimetrics.cli;

import io.cnimetrics.config.Flag;
import io.cnimetrics.config.Nearest;
import io.cnimetrics.config.Setting;
import io.cnimetrics.config.Values;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The arguments of a command. Values stay text: environment variables use the same parsers, so that
 * all problems are reported together.
 *
 * @param flags the flags of the command
 * @param given the flags on the command line and their text
 * @param problems unknown words, and flags that are given more than once
 */
record Arguments(
    List<Flag> flags,
    Map<Flag, String> given,
    List<String> problems,
    boolean help,
    boolean version) {
  private static final Set<String> HELP = Set.of("--help", "-h");
  private static final String VERSION = "--version";
  private static final Set<String> BOOLS = Set.of("true", "false");

  /**
   * Reads {@code --flag=value} and {@code --flag value}. A switch without a value is true; any
   * other flag without a value gets an empty text, which its parser rejects.
   */
  static Arguments of(Command command, List<String> words) {
    List<Flag> flags = flags(command);
    Map<String, Flag> byName = new HashMap<>();
    flags.forEach(flag -> byName.put(flag.name(), flag));
    Map<Flag, List<String>> texts = new LinkedHashMap<>();
    List<String> problems = new ArrayList<>();
    boolean help = false;
    boolean version = false;
    for (int index = 0; index < words.size(); index++) {
      String word = words.get(index);
      String next = index + 1 < words.size() ? words.get(index + 1) : "--";
      int equals = word.indexOf('=');
      Flag flag = byName.get(equals < 0 ? word : word.substring(0, equals));
      if (HELP.contains(word)) {
        help = true;
        continue;
      } else if (word.equals(VERSION)) {
        version = true;
        continue;
      } else if (flag == null) {
        problems.add(unknown(word, command, byName.keySet()));
        continue;
      }
      boolean takesNext =
          equals < 0
              && (flag.isSwitch()
                  ? BOOLS.contains(next.toLowerCase(Locale.ROOT))
                  : !next.startsWith("--"));
      String alone = flag.isSwitch() ? "true" : "";
      String text = equals < 0 ? (takesNext ? next : alone) : word.substring(equals + 1);
      texts.computeIfAbsent(flag, any -> new ArrayList<>()).add(text);
      index += takesNext ? 1 : 0;
    }
    return new Arguments(flags, once(command, texts, problems), problems, help, version);
  }

  private static String unknown(String word, Command command, Set<String> known) {
    String unknown =
        "unknown flag or argument '%s' of %s".formatted(Values.shortened(word), command.name());
    return Nearest.of(Values.shortened(word.split("=", 2)[0]), known)
        .map(name -> "%s; did you mean %s?".formatted(unknown, name))
        .orElse(unknown);
  }

  private static List<Flag> flags(Command command) {
    List<Flag> flags = new ArrayList<>(command.ownFlags());
    if (command.takesSettings()) {
      for (Setting setting : Setting.values()) {
        flags.add(setting.flag());
      }
    }
    return flags;
  }

  private static Map<Flag, String> once(
      Command command, Map<Flag, List<String>> texts, List<String> problems) {
    Map<Flag, String> given = new HashMap<>();
    texts.forEach(
        (flag, all) -> {
          if (all.size() > 1 && !command.lists().contains(flag)) {
            problems.add("%s is given %s times: give it once".formatted(flag.name(), all.size()));
          } else {
            given.put(flag, String.join(",", all));
          }
        });
    return given;
  }
}
