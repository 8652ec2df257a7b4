package io.cnimetrics.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/**
 * The bodies that ipamD of one release served in one case, and the true values.
 *
 * @param name release and case, such as {@code v1.23.1/seed}
 */
public record RecordedNode(String name, String enis, String metrics, JsonNode truth) {
  private static final String ARCHIVE = "/fixtures/ipamd.zip";
  private static final JsonMapper JSON = new JsonMapper();
  private static final Pattern TIME =
      Pattern.compile("2[0-9]{3}-[0-9]{2}-[0-9]{2}T[0-9:]{8}(?:\\.[0-9]+)?Z");

  /** Every recorded case of every release. */
  public static List<RecordedNode> all() {
    TreeMap<String, String> files = archive(ARCHIVE);
    return files.keySet().stream()
        .filter(file -> file.endsWith("/truth.json"))
        .map(file -> file.substring(0, file.lastIndexOf('/')))
        .map(
            name ->
                new RecordedNode(
                    name,
                    file(files, name + "/enis.json"),
                    file(files, name + "/metrics.txt"),
                    json(file(files, name + "/truth.json"))))
        .toList();
  }

  /** One case, such as {@code v1.23.1/seed}. */
  public static RecordedNode of(String name) {
    return all().stream()
        .filter(node -> node.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no recorded case " + name));
  }

  public Instant takenAt() {
    return Instant.parse(truth.get("takenAt").asText());
  }

  public boolean ipv6() {
    return truth.get("mode").asText().equals("ipv6-prefix");
  }

  /** The body of introspection with shifted times, as if it had been recorded now. */
  public String enisAt(Instant now) {
    Duration since = Duration.between(takenAt(), now);
    return TIME.matcher(enis)
        .replaceAll(
            time -> Matcher.quoteReplacement(Instant.parse(time.group()).plus(since).toString()));
  }

  /** Parses JSON of tests. */
  public static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public String toString() {
    return name;
  }

  private static String file(TreeMap<String, String> files, String name) {
    return Objects.requireNonNull(files.get(name), name);
  }

  /** The text files of a zip archive in the test resources, by their names. */
  public static TreeMap<String, String> archive(String name) {
    TreeMap<String, String> files = new TreeMap<>();
    try (InputStream archive = RecordedNode.class.getResourceAsStream(name);
        ZipInputStream zip = new ZipInputStream(Objects.requireNonNull(archive, name))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        files.put(entry.getName(), new String(zip.readAllBytes(), StandardCharsets.UTF_8));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return files;
  }
}
