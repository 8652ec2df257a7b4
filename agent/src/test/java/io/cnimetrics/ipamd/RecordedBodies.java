package io.cnimetrics.ipamd;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/** Bodies that were recorded from releases of the VPC CNI. */
final class RecordedBodies {
  private static final Map<String, byte[]> BY_NAME = load();

  private RecordedBodies() {}

  /**
   * @param name such as {@code v1.23.1/seed/enis.json}
   */
  static byte[] of(String name) {
    byte[] body = BY_NAME.get(name);
    if (body == null) {
      throw new IllegalArgumentException("nothing recorded as " + name);
    }
    return body.clone();
  }

  private static Map<String, byte[]> load() {
    Map<String, byte[]> bodies = new TreeMap<>();
    try (InputStream file = RecordedBodies.class.getResourceAsStream("/fixtures/ipamd.zip");
        ZipInputStream zip = new ZipInputStream(file)) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        bodies.put(entry.getName(), zip.readAllBytes());
      }
      return bodies;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
