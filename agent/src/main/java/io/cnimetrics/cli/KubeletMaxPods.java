package io.cnimetrics.cli;

import io.cnimetrics.config.Settings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The kubelet's max-pods, if this process can read the value. A pod can read the kubelet's
 * arguments only with {@code hostPID}, and the kubelet's files only if these files are mounted.
 *
 * @param file the file that contains the value
 */
record KubeletMaxPods(int pods, Path file) {
  /** An argument of the kubelet, or a field of its configuration in JSON or YAML. */
  private static final Pattern MAX_PODS =
      Pattern.compile("(?:--max-pods[=\\s\\x00]|\\bmaxPods\"?\\s*:)\\s*\"?([0-9]{1,5})\\b");

  /** The kubelet's arguments come first, because they override the configuration. */
  private static final List<String> ARGUMENTS =
      List.of(
          "etc/eks/kubelet/environment",
          "etc/systemd/system/kubelet.service.d/30-kubelet-extra-args.conf");

  /** A directory of files on Amazon Linux 2023. A later file overrides an earlier file. */
  private static final String DROP_INS = "etc/kubernetes/kubelet/config.json.d";

  /** The files of Amazon Linux 2023, Amazon Linux 2, Bottlerocket, and the kubelet's default. */
  private static final List<String> CONFIGURATIONS =
      List.of(
          "etc/kubernetes/kubelet/config.json",
          "etc/kubernetes/kubelet/kubelet-config.json",
          "etc/kubernetes/kubelet/config",
          "var/lib/kubelet/config.yaml");

  /**
   * Finds the value that has priority.
   *
   * @param root the root of the file system
   */
  static Optional<KubeletMaxPods> find(Path root) {
    Stream<Path> processes =
        list(root.resolve("proc")).map(process -> process.resolve("cmdline")).filter(Files::exists);
    return Stream.of(
            processes.filter(KubeletMaxPods::isKubelet),
            ARGUMENTS.stream().map(root::resolve),
            list(root.resolve(DROP_INS)).sorted(Comparator.reverseOrder()),
            CONFIGURATIONS.stream().map(root::resolve))
        .flatMap(files -> files)
        .flatMap(file -> in(file).stream())
        .findFirst();
  }

  private static boolean isKubelet(Path cmdline) {
    String program = read(cmdline).split("\0", 2)[0];
    return program.substring(program.lastIndexOf('/') + 1).equals("kubelet");
  }

  private static Optional<KubeletMaxPods> in(Path file) {
    Matcher value = MAX_PODS.matcher(read(file));
    return value.find()
        ? Optional.of(new KubeletMaxPods(Integer.parseInt(value.group(1)), file))
            .filter(found -> found.pods() >= 1 && found.pods() <= Settings.MOST_PODS)
        : Optional.empty();
  }

  /** The content of a file. Empty if the file cannot be read. */
  private static String read(Path file) {
    try {
      return Files.isRegularFile(file) ? Files.readString(file) : "";
    } catch (IOException e) {
      return "";
    }
  }

  private static Stream<Path> list(Path directory) {
    try (Stream<Path> files = Files.list(directory)) {
      return files.toList().stream();
    } catch (IOException | UncheckedIOException e) {
      return Stream.empty();
    }
  }
}
