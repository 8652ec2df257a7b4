package io.cnimetrics.imagetest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code Container EXECUTABLE IMAGE MINUTES MEMORY INIT_MEMORY}: runs an image with podman and the
 * manifest's restrictions. The agent must use a state directory that root created, send each
 * minute, keep running while {@code doctor} runs, and send the last minute after SIGTERM.
 *
 * <p>EXECUTABLE is the image's agent as a local file. It simulates ipamD. MEMORY and INIT_MEMORY
 * are the manifest's limits for the agent and its init container, in podman's notation.
 */
public final class Container {
  /** The manifest's {@code terminationGracePeriodSeconds}. */
  private static final Duration GRACE = Duration.ofSeconds(20);

  private static final String STATE = "/var/lib/cni-metrics-agent";
  private static final String TRUST = "/trust";

  private final Node node;
  private final Path directory;
  private final String image;
  private final String memory;
  private final String initMemory;
  private final String name;

  private Container(Node node, Path directory, String image, String memory, String initMemory) {
    this.node = node;
    this.directory = directory;
    this.image = image;
    this.memory = memory;
    this.initMemory = initMemory;
    this.name = directory.getFileName().toString();
  }

  public static void main(String[] args) throws IOException {
    Path directory = Files.createTempDirectory("cni-metrics-agent");
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    Duration time = Duration.ofMinutes(Long.parseLong(args[2]));
    Path jdk = Path.of(System.getProperty("java.home"));
    try (Node node = new Node(directory, jdk, List.of(args[0]))) {
      new Container(node, directory, args[1], args[3], args[4]).test(time);
    }
  }

  private void test(Duration time) throws IOException {
    try (Node.Agent agent = start()) {
      System.out.println("ready after " + agent.awaitReady().toMillis() + " ms");
      for (long minute = 1; minute <= time.toMinutes(); minute++) {
        agent.process().pause(Duration.ofMinutes(minute).minus(agent.process().sinceStart()));
        if (!agent.answers("/readyz")) {
          throw new IllegalStateException("not ready:\n" + agent.process().written());
        }
      }
      doctor();
      if (!Files.exists(directory.resolve("state/state"))) {
        throw new IllegalStateException("no state is kept:\n" + agent.process().written());
      }
      int accepted = node.aws().cloudWatch().accepted();
      if (accepted < time.toMinutes()) {
        throw new IllegalStateException("%d requests only".formatted(accepted));
      }
      System.out.printf("%d requests in %s, %s%n", accepted, time, peak());
      stop(agent, accepted);
    } finally {
      podman("rm", "--force", "--ignore", name);
    }
  }

  private Node.Agent start() throws IOException {
    Path state = Files.createDirectory(directory.resolve("state"));
    Files.setPosixFilePermissions(state, PosixFilePermissions.fromString("rwxr-xr-x"));
    prepare(state);
    List<String> command = new ArrayList<>(List.of("podman", "run", "--name", name));
    command.addAll(confined(memory, state));
    command.addAll(List.of("--user", "10001:10001"));
    command.addAll(List.of("--volume", directory + ":" + TRUST + ":ro"));
    node.aws().environment().forEach((key, value) -> command.add("--env=" + key + "=" + value));
    command.add(image);
    command.addAll(trust());
    return node.start(command, STATE, state);
  }

  /** Returns arguments that make the agent trust the certificates of the stand-ins. */
  private List<String> trust() {
    return node.aws().options().stream()
        .map(option -> option.replace(directory.toString(), TRUST))
        .toList();
  }

  /** Runs the init container for a host path: as root, with only the capability CHOWN. */
  private void prepare(Path state) throws IOException {
    List<String> command = new ArrayList<>(List.of("podman", "run", "--rm"));
    command.addAll(confined(initMemory, state));
    command.addAll(List.of("--user", "0:0", "--cap-add", "CHOWN", "--env", "STATE_DIR=" + STATE));
    command.addAll(List.of(image, "prepare-state-dir"));
    System.out.print(Running.toItsEnd(new ProcessBuilder(command)));
    System.out.printf(
        "prepare-state-dir within %s: of user %s%n",
        initMemory, Files.getAttribute(state, "unix:uid"));
  }

  private static List<String> confined(String memory, Path state) {
    List<String> flags = new ArrayList<>(List.of("--pull", "never", "--network", "host"));
    flags.addAll(List.of("--read-only", "--read-only-tmpfs=false"));
    flags.addAll(List.of("--cap-drop", "ALL", "--security-opt", "no-new-privileges"));
    flags.addAll(List.of("--memory", memory, "--memory-swap", memory));
    flags.addAll(List.of("--volume", state + ":" + STATE));
    return flags;
  }

  /** Runs the doctor in the agent's container: two processes under one memory limit. */
  private void doctor() throws IOException {
    List<String> command = new ArrayList<>(List.of("podman", "exec", name, "cni-metrics-agent"));
    command.addAll(trust());
    command.addAll(List.of("doctor", "--verbose", "--state-dir=" + STATE));
    command.addAll(node.urls());
    System.out.print(Running.toItsEnd(new ProcessBuilder(command)));
  }

  private void stop(Node.Agent agent, int accepted) throws IOException {
    long before = System.nanoTime();
    // awaitEnd waits longer than the grace period, so that the test notices an agent that needs
    // SIGKILL.
    podman("kill", "--signal", "TERM", name);
    agent.process().awaitEnd();
    Duration stopping = Duration.ofNanos(System.nanoTime() - before);
    if (stopping.compareTo(GRACE) > 0 || node.aws().cloudWatch().accepted() == accepted) {
      throw new IllegalStateException(
          "the agent stopped in %s and did not send the last minute:%n%s"
              .formatted(stopping, agent.process().written()));
    }
    System.out.printf("SIGTERM: the last minute sent, ended after %d ms%n", stopping.toMillis());
  }

  /** Peak memory of the container, including pages of files. */
  private String peak() throws IOException {
    String cgroup = podman("inspect", "--format", "{{.State.CgroupPath}}", name).strip();
    for (String file : List.of("/memory/%s/memory.max_usage_in_bytes", "%s/memory.peak")) {
      Path peak = Path.of("/sys/fs/cgroup" + file.formatted(cgroup));
      if (Files.isReadable(peak)) {
        return "at most %.1f MB of %s"
            .formatted(Long.parseLong(Files.readString(peak).strip()) / 1e6, memory);
      }
    }
    return "peak of memory unknown";
  }

  private static String podman(String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of("podman"));
    command.addAll(List.of(arguments));
    return Running.toItsEnd(new ProcessBuilder(command));
  }
}
