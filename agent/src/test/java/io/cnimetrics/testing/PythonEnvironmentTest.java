package io.cnimetrics.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.TestAbortedException;

class PythonEnvironmentTest {
  private static final String REASON = "tools/venv.sh: no Python 3.10 or newer: install one";

  @TempDir private Path tools;

  @Test
  void lastLineOfTheScriptIsThePathOfPython() throws IOException {
    venvScript("echo 'making the environment' >&2; echo /somewhere/python");
    PythonEnvironment environment = PythonEnvironment.of(tools, true);

    assertThatCode(environment::require).doesNotThrowAnyException();
    assertThat(environment.command("tool.py", "--port", "0").command())
        .containsExactly("/somewhere/python", tools.resolve("tool.py").toString(), "--port", "0");
  }

  @Test
  void withoutPythonATestIsSkippedWithTheReason() throws IOException {
    venvScript("echo '" + REASON + "' >&2; exit 1");

    assertThatThrownBy(PythonEnvironment.of(tools, false)::require)
        .isInstanceOf(TestAbortedException.class)
        .hasMessageContaining(REASON);
  }

  @Test
  void withoutPythonATestFailsWithTheReasonIfPythonIsMandatory() throws IOException {
    venvScript("echo '" + REASON + "' >&2; exit 1");

    assertThatThrownBy(PythonEnvironment.of(tools, true)::require)
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining(REASON);
  }

  private void venvScript(String commands) throws IOException {
    Path script = Files.writeString(tools.resolve("venv.sh"), "#!/bin/sh\n" + commands + "\n");
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
  }
}
