package io.cnimetrics.cli;

import io.cnimetrics.text.Console;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

public final class Main {
  private Main() {}

  public static void main(String[] args) {
    Map<String, String> environment = System.getenv();
    Console console = Console.ofProcess(environment);
    System.exit(new Cli(environment, InstantSource.system(), console).run(List.of(args)));
  }
}
