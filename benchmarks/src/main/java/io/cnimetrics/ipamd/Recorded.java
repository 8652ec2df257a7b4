package io.cnimetrics.ipamd;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/** A recorded body from the fixtures. */
enum Recorded {
  LARGE_ENIS("v1.23.1/large/enis.json"),
  LARGE_METRICS("v1.23.1/large/metrics.txt");

  private static final String FIXTURES = "/fixtures/ipamd.zip";

  private final String entry;

  Recorded(String entry) {
    this.entry = entry;
  }

  byte[] bytes() {
    try (InputStream file = Recorded.class.getResourceAsStream(FIXTURES)) {
      if (file == null) {
        throw new IllegalStateException(FIXTURES + " is not on the class path");
      }
      ZipInputStream zip = new ZipInputStream(file);
      for (ZipEntry next = zip.getNextEntry(); next != null; next = zip.getNextEntry()) {
        if (next.getName().equals(entry)) {
          return zip.readAllBytes();
        }
      }
      throw new IllegalStateException("%s has no %s".formatted(FIXTURES, entry));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
