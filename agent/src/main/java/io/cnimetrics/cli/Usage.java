package io.cnimetrics.cli;

import io.cnimetrics.config.Flag;
import io.cnimetrics.text.Palette;
import io.cnimetrics.text.TextPage;

/** The {@code --help} text of a command, with flags on the left and descriptions on the right. */
final class Usage {
  private static final int DESCRIPTION = 29;

  private Usage() {}

  static String of(String program, String summary, Command command) {
    TextPage page = new TextPage(Palette.PLAIN);
    page.line("Usage: %s [FLAGS]".formatted(program));
    page.line(summary);
    page.line("");
    for (Flag<?> flag : command.flags()) {
      page.row(
          "      %s=%s".formatted(flag.name(), flag.type().label()),
          DESCRIPTION,
          flag.description());
      page.paragraph(DESCRIPTION + 2, "env " + flag.variable());
      page.paragraph(DESCRIPTION + 2, "default " + flag.shownDefault());
    }
    page.row("  -h, --help", DESCRIPTION, "show this help and exit");
    page.row("      --version", DESCRIPTION, "show the version and exit");
    if (!command.ignoredFlags().isEmpty()) {
      page.line("");
      page.line("This command accepts the other flags of 'run', but ignores them.");
    }
    return page.toString();
  }
}
