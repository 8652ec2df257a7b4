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
      option(page, "      %s=%s".formatted(flag.name(), flag.type().label()), flag.description());
      page.paragraph(DESCRIPTION + 2, "env " + flag.variable());
      page.paragraph(DESCRIPTION + 2, "default " + flag.shownDefault());
    }
    option(page, "  -h, --help", "show this help and exit");
    option(page, "      --version", "show the version and exit");
    if (!command.ignoredFlags().isEmpty()) {
      page.line("");
      page.line("This command accepts the other flags of 'run', but ignores them.");
    }
    return page.toString();
  }

  private static void option(TextPage page, String flag, String description) {
    if (flag.length() < DESCRIPTION) {
      page.beside(TextPage.padded(flag, DESCRIPTION), DESCRIPTION, description);
    } else {
      page.line(flag);
      page.paragraph(DESCRIPTION, description);
    }
  }
}
