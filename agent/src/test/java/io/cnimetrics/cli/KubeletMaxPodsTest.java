package io.cnimetrics.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KubeletMaxPodsTest {
  @TempDir private Path root;

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      textBlock =
          """
          etc/kubernetes/kubelet/config.json,         '{"kind":"KubeletConfiguration","maxPods":58}'
          etc/kubernetes/kubelet/kubelet-config.json, '{"maxPods": 58, "podsPerCore": 0}'
          etc/kubernetes/kubelet/config,              'maxPods: 58'
          var/lib/kubelet/config.yaml,                'kind: KubeletConfiguration~maxPods: 58~'
          etc/eks/kubelet/environment,                NODEADM_KUBELET_ARGS="--node-ip=10.0.0.1 --max-pods=58"
          proc/77/cmdline,                            /usr/bin/kubelet^--max-pods=58^
          proc/78/cmdline,                            kubelet^--max-pods^58^--v=2^
          """)
  void maxPodsIsFoundInFilesAndArguments(String file, String content) throws IOException {
    write(file, content.replace('~', '\n').replace('^', '\0'));

    assertThat(KubeletMaxPods.find(root)).hasValue(new KubeletMaxPods(58, root.resolve(file)));
  }

  @Test
  void argumentsOverrideDropInsAndDropInsOverrideTheConfiguration() throws IOException {
    write("etc/kubernetes/kubelet/config.json", "{\"maxPods\": 110}");
    write("etc/kubernetes/kubelet/config.json.d/10-early.conf", "{\"maxPods\": 29}");
    write("etc/kubernetes/kubelet/config.json.d/40-nodeadm.conf", "{\"maxPods\": 58}");
    assertThat(KubeletMaxPods.find(root).orElseThrow().pods()).isEqualTo(58);

    write("proc/9/cmdline", "/usr/bin/kubelet\0--max-pods=17\0");
    assertThat(KubeletMaxPods.find(root).orElseThrow().pods()).isEqualTo(17);
  }

  @Test
  void otherProcessesAndUnusableValuesAreIgnored() throws IOException {
    write("proc/8/cmdline", "/bin/sh\0-c\0kubelet --max-pods=4\0");
    write("etc/kubernetes/kubelet/config.json", "{\"maxPods\": 0, \"maxOpenFiles\": 9}");
    Files.createDirectories(root.resolve("var/lib/kubelet/config.yaml"));

    assertThat(KubeletMaxPods.find(root)).isEmpty();
    assertThat(KubeletMaxPods.find(root.resolve("missing"))).isEmpty();
  }

  private void write(String file, String content) throws IOException {
    Path path = root.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, content);
  }
}
