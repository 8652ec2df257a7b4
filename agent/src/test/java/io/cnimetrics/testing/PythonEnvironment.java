package io.cnimetrics.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Assumptions;

/**
 * The Python environment of the tests' tools. {@code tools/venv.sh} creates a missing environment.
 *
 * @param tools the folder of the tools
 * @param made whether the environment exists
 * @param lastLine the path of Python; if there is no environment, the reason and the remedy
 * @param mandatory whether tests fail without the environment; otherwise they are skipped
 */
record PythonEnvironment(Path tools, boolean made, String lastLine, boolean mandatory) {
  /** The project's environment. In continuous integration a missing Python is an error. */
  static PythonEnvironment ofTheProject() {
    return Project.ENVIRONMENT;
  }

  /** Creates the environment. If this fails, the result contains the reason. */
  static PythonEnvironment of(Path tools, boolean mandatory) {
    ProcessBuilder venv = new ProcessBuilder(tools.resolve("venv.sh").toString());
    try {
      Process process = venv.redirectErrorStream(true).start();
      String said = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
      String lastLine = said.substring(said.lastIndexOf('\n') + 1);
      return new PythonEnvironment(tools, process.waitFor() == 0, lastLine, mandatory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Without Python, skips the calling test, or fails it if Python is mandatory. */
  void require() {
    if (!made && mandatory) {
      throw new AssertionError("no Python for the tests' tools, and CI is set: " + lastLine);
    }
    Assumptions.assumeTrue(made, lastLine);
  }

  /** Starts the command line of a tool. */
  ProcessBuilder command(String tool, String... arguments) {
    require();
    ProcessBuilder builder = new ProcessBuilder(lastLine, tools.resolve(tool).toString());
    builder.command().addAll(List.of(arguments));
    return builder;
  }

  private static final class Project {
    static final PythonEnvironment ENVIRONMENT =
        of(
            Path.of(Objects.requireNonNull(System.getProperty("tools"), "tools")),
            !System.getenv().getOrDefault("CI", "").isEmpty());

    static {
      if (!ENVIRONMENT.made && !ENVIRONMENT.mandatory) {
        System.err.println(
            "SKIPPED: all tests with CloudWatch's emulator. " + ENVIRONMENT.lastLine);
      }
    }
  }
}
