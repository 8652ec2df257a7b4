package io.cnimetrics.imagetest;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A node for the agent: a simulated ipamD, AWS, and a directory for state. */
final class Node implements AutoCloseable {
  static final String MAIN = "io.cnimetrics.cli.Main";

  private static final Pattern URLS = Pattern.compile("simulated ipamD: (.*)");

  private final Path directory;
  private final Aws aws;
  private final Running simulator;
  private final List<String> urls;
  private int agents;

  /**
   * @param directory for logs, keys and state
   * @param built the output of build.sh; it may lack the cache
   */
  Node(Path directory, Path built) throws IOException {
    this(
        directory,
        built.resolve("runtime"),
        List.of(
            built.resolve("runtime/bin/java").toString(),
            "-cp",
            built.resolve("agent.jar").toString(),
            MAIN));
  }

  /**
   * @param directory for logs, keys and state
   * @param runtime the Java runtime; the agent also trusts its certificate authorities
   * @param agent the command that simulates the ipamD, up to {@code simulate}
   */
  Node(Path directory, Path runtime, List<String> agent) throws IOException {
    this.directory = directory;
    this.aws = new Aws(directory, runtime);
    List<String> simulate = new ArrayList<>(agent);
    simulate.addAll(List.of("simulate", "--introspection-port=0", "--metrics-port=0"));
    this.simulator =
        Running.start(new ProcessBuilder(simulate), directory.resolve("simulator.log"));
    simulator.await("simulated ipamD", () -> URLS.matcher(simulator.written()).find());
    Matcher line = URLS.matcher(simulator.written());
    this.urls = line.find() ? List.of(line.group(1).split(" ")) : List.of();
  }

  Aws aws() {
    return aws;
  }

  /**
   * Starts an agent without a cluster name, so that the agent calls EC2.
   *
   * @param java the command with the JVM's options, up to the jar or main class
   * @param flags of {@code run}
   */
  Agent start(List<String> java, List<String> flags) throws IOException {
    Path state = Files.createDirectory(directory.resolve("state-" + (agents + 1)));
    List<String> command = new ArrayList<>(java);
    command.addAll(1, aws.options());
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().clear();
    builder.environment().putAll(aws.environment());
    builder.environment().put("MALLOC_ARENA_MAX", "1");
    return start(builder, state.toString(), flags, state);
  }

  /**
   * Starts an agent in a container.
   *
   * @param engine the command up to the image
   * @param stateDir the state directory in the container
   * @param state the same directory on this machine
   */
  Agent start(List<String> engine, String stateDir, Path state) throws IOException {
    return start(new ProcessBuilder(new ArrayList<>(engine)), stateDir, List.of(), state);
  }

  private Agent start(ProcessBuilder builder, String stateDir, List<String> flags, Path state)
      throws IOException {
    int port = freePort();
    // Each agent has its own node name, because only one agent of a node publishes.
    builder
        .command()
        .addAll(
            List.of(
                "run",
                "--node-name=node-" + (agents + 1),
                "--health-address=127.0.0.1:" + port,
                "--state-dir=" + stateDir));
    builder.command().addAll(urls);
    builder.command().addAll(flags);
    Path log = directory.resolve("agent-" + ++agents + ".log");
    return new Agent(Running.start(builder, log), port, state);
  }

  /** Flags with the URLs of the simulated ipamD. */
  List<String> urls() {
    return urls;
  }

  @Override
  public void close() {
    simulator.close();
    aws.close();
  }

  private static int freePort() throws IOException {
    try (ServerSocket any = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return any.getLocalPort();
    }
  }

  /** A running agent. */
  record Agent(Running process, int port, Path state) implements AutoCloseable {
    /** Waits until the first poll is in the state directory. The poll has then ended. */
    Duration awaitFirstPoll() {
      return process.await("first poll", this::hasPolled);
    }

    Duration awaitReady() {
      return process.await("200 of /readyz", () -> answers("/readyz"));
    }

    /** Returns whether the agent answers a path with 200. */
    boolean answers(String path) {
      try {
        URI page = URI.create("http://127.0.0.1:" + port + path);
        HttpURLConnection connection = (HttpURLConnection) page.toURL().openConnection();
        connection.setConnectTimeout(1_000);
        connection.setReadTimeout(1_000);
        int status = connection.getResponseCode();
        connection.disconnect();
        return status == HttpURLConnection.HTTP_OK;
      } catch (IOException e) {
        return false;
      }
    }

    private boolean hasPolled() {
      try (var files = Files.list(state)) {
        return files.anyMatch(file -> file.toFile().length() > 0);
      } catch (IOException e) {
        return false;
      }
    }

    @Override
    public void close() {
      process.close();
    }
  }
}
