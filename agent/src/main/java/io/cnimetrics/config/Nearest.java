package io.cnimetrics.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Suggests the known name that is most similar to a misspelt name. */
public final class Nearest {
  /** The largest accepted edit distance. */
  private static final int FARTHEST = 2;

  /**
   * One wrong letter in three is allowed. With more wrong letters, suggestions would be useless.
   */
  private static final int LETTERS_PER_MISTAKE = 3;

  private Nearest() {}

  /**
   * The most similar known name. Empty if no name is similar to the word or starts with the word.
   */
  public static Optional<String> of(String word, Collection<String> known) {
    String letters = letters(word);
    int farthest = Math.min(FARTHEST, letters.length() / LETTERS_PER_MISTAKE);
    return known.stream()
        .filter(
            name ->
                distance(letters, letters(name)) <= farthest
                    || (farthest > 0 && letters(name).startsWith(letters)))
        .min(
            Comparator.<String>comparingInt(name -> distance(letters, letters(name)))
                .thenComparing(Comparator.naturalOrder()));
  }

  /** The name in lower case, without hyphens and underscores. */
  private static String letters(String name) {
    return name.toLowerCase(Locale.ROOT).replaceAll("[-_]", "");
  }

  /** The Levenshtein distance, which counts inserted, deleted and replaced letters. */
  private static int distance(String one, String other) {
    int[] row = new int[other.length() + 1];
    for (int j = 0; j <= other.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= one.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= other.length(); j++) {
        int replaced = diagonal + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[other.length()];
  }
}
