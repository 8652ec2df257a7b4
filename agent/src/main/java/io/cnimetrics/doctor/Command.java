package io.cnimetrics.doctor;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A command of a remedy: one line for a shell.
 *
 * @param text the line without a comment; it can contain placeholders, see {@link Placeholder}
 * @param note what a reader must know about the command; empty if the command needs no note
 * @param onNode whether the command must run on the node
 */
public record Command(String text, String note, boolean onNode) {
  /** The note of a command that changes more than this node. */
  static final String EVERY_NODE = "changes every node";

  private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");
  private static final Pattern ASSIGNMENT = Pattern.compile("([A-Z]+)=");
  private static final Pattern PLAIN_WORD = Pattern.compile("[A-Za-z0-9._/:@=,-]+");

  static Command of(String text) {
    return new Command(text, "", false);
  }

  /** A command that must run on the node, because only the node has the file or the program. */
  static Command onNode(String text) {
    return new Command(text, "", true);
  }

  /** Returns a copy whose note continues with this text. */
  Command noted(String more) {
    return new Command(text, note + more, onNode);
  }

  Command withText(String other) {
    return new Command(other, note, onNode);
  }

  /** The command with its place and its note as a comment at the end. */
  public String line() {
    String comment =
        Stream.of(onNode ? "on the node" : "", note)
            .filter(part -> !part.isEmpty())
            .collect(Collectors.joining("; "));
    return comment.isEmpty() ? text : text + "  # " + comment;
  }

  /** The shell variable that the command sets for later commands; empty if there is none. */
  Optional<String> sets() {
    Matcher assignment = ASSIGNMENT.matcher(text);
    return assignment.lookingAt() ? Optional.of(assignment.group(1)) : Optional.empty();
  }

  /** Whether the command reads a shell variable. */
  boolean reads(String variable) {
    return text.contains("\"$" + variable + "\"");
  }

  /** Whether a word means the same for the shell with and without quotes. */
  static boolean isPlainWord(String word) {
    return PLAIN_WORD.matcher(word).matches();
  }

  /**
   * Quotes a word for the shell, if the word needs quotes. The result is one line without a {@link
   * Placeholder}, even if a hostile ipamD reports such a word.
   */
  static String quoted(String word) {
    return isPlainWord(word)
        ? word
        : "'"
            + CONTROL.matcher(word).replaceAll("?").replace("'", "'\\''").replace("<", "<''")
            + "'";
  }

  @SafeVarargs
  static List<Command> join(List<Command>... lists) {
    List<Command> joined = new ArrayList<>();
    for (List<Command> list : lists) {
      joined.addAll(list);
    }
    return joined;
  }
}
