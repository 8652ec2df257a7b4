package io.cnimetrics.standin;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code Container BUILT IMAGE MINUTES MEMORY INIT_MEMORY}: runs an image by podman as the manifest
 * runs it, and ends with an error unless it takes over a state directory of root's, sends each
 * minute, bears {@code doctor} beside it, and sends the last minute when it is stopped.
 *
 * <p>MEMORY and INIT_MEMORY are the manifest's limits for the agent and its init container, as
 * podman writes them; BUILT is what the image holds.
 */
public final class Container {
  /** Of the manifest: {@code terminationGracePeriodSeconds}. */
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
    try (Node node = new Node(directory, Path.of(args[0]))) {
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
      int taken = node.aws().cloudWatch().taken();
      if (taken < time.toMinutes()) {
        throw new IllegalStateException("%d requests only".formatted(taken));
      }
      System.out.printf("%d requests in %s, %s%n", taken, time, peak());
      stop(agent, taken);
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
    String trust = String.join(" ", node.aws().options()).replace(directory.toString(), TRUST);
    command.addAll(List.of("--env", "JDK_JAVA_OPTIONS=" + trust));
    node.aws().environment().forEach((key, value) -> command.add("--env=" + key + "=" + value));
    command.add(image);
    return node.start(command, STATE, state);
  }

  /** As the init container of a host path does: root, who may give files away and nothing else. */
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

  /** Two processes under the one limit. */
  private void doctor() throws IOException {
    List<String> command = new ArrayList<>(List.of("podman", "exec", name, "java", "@agent.args"));
    command.addAll(List.of("doctor", "--verbose", "--state-dir=" + STATE));
    command.addAll(node.urls());
    System.out.print(Running.toItsEnd(new ProcessBuilder(command)));
  }

  private void stop(Node.Agent agent, int taken) throws IOException {
    long before = System.nanoTime();
    // Longer than the grace: what ends only by SIGKILL shall be seen to take too long.
    podman("kill", "--signal", "TERM", name);
    agent.process().awaitEnd();
    Duration stopping = Duration.ofNanos(System.nanoTime() - before);
    if (stopping.compareTo(GRACE) > 0 || node.aws().cloudWatch().taken() == taken) {
      throw new IllegalStateException(
          "stopped in %s, the last minute not sent:%n%s"
              .formatted(stopping, agent.process().written()));
    }
    System.out.printf("SIGTERM: the last minute sent, ended after %d ms%n", stopping.toMillis());
  }

  /** The most memory that the container ever had, with the pages of files that it read. */
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
