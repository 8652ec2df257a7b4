package io.cnimetrics.cli;

import io.cnimetrics.config.Flag;

/** The {@code --help} text of a command, with flags on the left and descriptions on the right. */
final class Usage {
  private static final int WIDTH = 80;
  private static final String MARGIN = " ".repeat(29);

  private final StringBuilder text = new StringBuilder();

  private Usage() {}

  static String of(String program, String summary, Command command) {
    Usage usage = new Usage();
    usage.text.append("Usage: %s [FLAGS]\n%s\n\n".formatted(program, summary));
    for (Flag<?> flag : command.flags()) {
      usage.option("      %s=%s".formatted(flag.name(), flag.type().label()), flag.description());
      usage.line(MARGIN, "  env " + flag.variable());
      usage.line(MARGIN, "  default " + flag.shownDefault());
    }
    usage.option("  -h, --help", "show this help and exit");
    usage.option("      --version", "show the version and exit");
    if (!command.ignoredFlags().isEmpty()) {
      usage.text.append("\nThis command accepts the other flags of 'run', but ignores them.\n");
    }
    return usage.text.toString();
  }

  private void option(String left, String right) {
    if (left.length() < MARGIN.length()) {
      line(left + MARGIN.substring(left.length()), right);
    } else {
      text.append(left).append('\n');
      line(MARGIN, right);
    }
  }

  /** Adds a line, and wraps a description that is too long. */
  private void line(String left, String right) {
    int room = WIDTH - MARGIN.length();
    int end = right.length() <= room ? right.length() : right.lastIndexOf(' ', room);
    text.append(left).append(right, 0, end < 0 ? right.length() : end).append('\n');
    if (0 <= end && end < right.length()) {
      line(MARGIN, right.substring(end).strip());
    }
  }
}
