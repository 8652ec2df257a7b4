package io.cnimetrics.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.text.Console;
import io.cnimetrics.text.Palette;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/** Runs the program in this process and keeps its output. */
public final class Terminal {
  private final OutputStream out;
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final Map<String, String> environment;
  private InstantSource clock = InstantSource.system();

  public Terminal(Map<String, String> environment) {
    this(environment, new ByteArrayOutputStream());
  }

  /** A terminal whose standard output goes to a stream. */
  Terminal(Map<String, String> environment, OutputStream out) {
    this.environment = environment;
    this.out = out;
  }

  /** Sets another clock. */
  Terminal at(InstantSource other) {
    clock = other;
    return this;
  }

  /** Returns the exit code. */
  public int run(String... arguments) {
    return new Cli(environment, clock, console()).run(List.of(arguments));
  }

  /** A console of this terminal. */
  Console console() {
    return new Console(out, new PrintStream(err, false, UTF_8), Palette.PLAIN);
  }

  /** Runs a command that succeeds, and returns its output. */
  String output(String... arguments) {
    assertThat(run(arguments)).as(err()).isEqualTo(Cli.OK);
    assertThat(err()).isEmpty();
    return out();
  }

  /** Runs a command with wrong arguments, which prints nothing, and returns the messages. */
  String refusal(String... arguments) {
    assertThat(run(arguments)).isEqualTo(Cli.USAGE);
    assertThat(out()).isEmpty();
    return err();
  }

  public String out() {
    return ((ByteArrayOutputStream) out).toString(UTF_8);
  }

  public String err() {
    return err.toString(UTF_8);
  }
}
