package io.cnimetrics.aws;

import io.cnimetrics.testing.SystemProperties;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/** Settings of the SDK and of the JDK, as system properties. */
public final class SdkSettings {
  private SdkSettings() {}

  /** Runs the action with these settings, then restores the old settings. */
  public static <T> T with(Map<String, String> properties, Supplier<T> action) {
    try (SystemProperties settings = new SystemProperties()) {
      settings.set(properties);
      return action.get();
    }
  }

  /** Runs the action with these settings and with fake credentials. */
  public static <T> T withCredentials(Map<String, String> properties, Supplier<T> action) {
    Map<String, String> all = new HashMap<>(properties);
    all.put("aws.accessKeyId", FakeEc2.CREDENTIALS.accessKeyId());
    all.put("aws.secretAccessKey", FakeEc2.CREDENTIALS.secretAccessKey());
    return with(all, action);
  }
}
