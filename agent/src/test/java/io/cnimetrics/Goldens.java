package io.cnimetrics;

import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Golden files: the approved texts that people read. */
public final class Goldens {
  private static final Path FOLDER = Path.of("src/test/resources/goldens");

  private Goldens() {}

  /** Compares a text with its file, or rewrites the file under {@code -Dgoldens.rewrite=true}. */
  public static void check(String file, String text) {
    Path golden = FOLDER.resolve(file);
    if (Boolean.getBoolean("goldens.rewrite")) {
      write(golden, text);
    }
    String approved = read(golden);
    if (!text.equals(approved)) {
      fail(
          "%s is stale; if the new text is right, rewrite it with: make goldens%n%s",
          golden, difference(approved, text));
    }
  }

  /**
   * Compares a text with a part of a page, or rewrites this part. A comment with the name, such as
   * {@code <!-- price -->}, begins the part, and {@code <!-- /price -->} ends it. The first comment
   * can have a remark after the name and a colon.
   */
  public static void checkPart(Path page, String name, String text) {
    Path file = page.toAbsolutePath().normalize();
    Matcher part =
        Pattern.compile(
                "(?s)(<!-- %s(?:: [^\n]*)? -->\n)(.*?)(?=<!-- /%s -->)".formatted(name, name))
            .matcher(read(file));
    if (!part.find()) {
      fail("%s has no comments that begin and end the part %s", page, name);
    }
    check(file.toString(), part.replaceFirst(Matcher.quoteReplacement(part.group(1) + text)));
  }

  /**
   * The lines from the first to the last difference: first the approved lines, then the new lines.
   */
  private static String difference(String approved, String text) {
    List<String> before = approved.lines().toList();
    List<String> now = text.lines().toList();
    int start = 0;
    int shorter = Math.min(before.size(), now.size());
    while (start < shorter && before.get(start).equals(now.get(start))) {
      start++;
    }
    int end = 0;
    while (end < shorter - start
        && before.get(before.size() - 1 - end).equals(now.get(now.size() - 1 - end))) {
      end++;
    }
    return marked("- ", before.subList(start, before.size() - end))
        + marked("+ ", now.subList(start, now.size() - end));
  }

  private static String marked(String mark, List<String> lines) {
    return lines.stream().map(line -> mark + line + "\n").collect(Collectors.joining());
  }

  private static String read(Path golden) {
    try {
      return Files.exists(golden) ? Files.readString(golden) : "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void write(Path golden, String text) {
    try {
      Files.createDirectories(golden.getParent());
      Files.writeString(golden, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
