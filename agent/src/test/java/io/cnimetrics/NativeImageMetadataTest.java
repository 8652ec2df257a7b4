package io.cnimetrics;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The metadata of the native executable lists only classes that exist, and lists every class that
 * is loaded by name.
 */
class NativeImageMetadataTest {
  private static final String METADATA =
      "META-INF/native-image/io.cnimetrics/cni-metrics-agent/reachability-metadata.json";

  @ParameterizedTest
  @MethodSource("types")
  void everyTypeHasTheConstructorThatIsCalled(String type) throws ReflectiveOperationException {
    assertThat(Class.forName(type).getConstructor()).isNotNull();
  }

  @ParameterizedTest
  @MethodSource("resources")
  void everyResourceIsOnTheClassPath(String resource) {
    assertThat(loader().getResource(resource)).isNotNull();
  }

  @ParameterizedTest
  @MethodSource("services")
  void everyProviderOfAServiceIsListed(String service) throws IOException {
    assertThat(resources()).contains(service);
    for (URL file : Collections.list(loader().getResources(service))) {
      List<String> providers =
          text(file)
              .lines()
              .map(String::strip)
              .filter(line -> !line.isEmpty() && !line.startsWith("#"))
              .toList();
      assertThat(types()).containsAll(providers);
    }
  }

  /**
   * Without these classes IRSA and profiles with a role fail at run time: the SDK loads these
   * classes by name.
   */
  @Test
  void credentialsOfStsAreListed() throws IOException {
    String sts = "software.amazon.awssdk.services.sts.internal.Sts";
    assertThat(types())
        .contains(
            sts + "WebIdentityCredentialsProviderFactory",
            sts + "ProfileCredentialsProviderFactory");
  }

  static List<String> services() {
    return List.of(
        "META-INF/services/org.slf4j.spi.SLF4JServiceProvider",
        "META-INF/services/ch.qos.logback.classic.spi.Configurator");
  }

  static List<String> types() throws IOException {
    return values("reflection", "type");
  }

  static List<String> resources() throws IOException {
    return values("resources", "glob");
  }

  private static List<String> values(String list, String name) throws IOException {
    URL file = Objects.requireNonNull(loader().getResource(METADATA), METADATA);
    List<String> values = new ArrayList<>();
    for (JsonNode entry : new ObjectMapper().readTree(text(file)).required(list)) {
      values.add(entry.required(name).asText());
    }
    return values;
  }

  private static String text(URL file) throws IOException {
    try (InputStream stream = file.openStream()) {
      return new String(stream.readAllBytes(), UTF_8);
    }
  }

  private static ClassLoader loader() {
    return NativeImageMetadataTest.class.getClassLoader();
  }
}
