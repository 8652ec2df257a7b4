package io.cnimetrics.testing;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import software.amazon.awssdk.core.SdkSystemSetting;

/** Sets system properties for a test, and restores them at the end. */
public final class SystemProperties implements AutoCloseable {
  private final Map<String, Optional<String>> before = new HashMap<>();

  /** Sets these properties. */
  public void set(Map<String, String> properties) {
    properties.forEach(
        (name, value) ->
            before.putIfAbsent(name, Optional.ofNullable(System.setProperty(name, value))));
  }

  @Override
  public void close() {
    before.forEach(
        (name, value) ->
            value.ifPresentOrElse(
                text -> System.setProperty(name, text), () -> System.clearProperty(name)));
  }

  /** JUnit extension: no test of the class calls instance metadata, on any machine. */
  public static final class NoMetadata implements BeforeAllCallback, AfterAllCallback {
    private static final String DISABLED = SdkSystemSetting.AWS_EC2_METADATA_DISABLED.property();

    @Override
    public void beforeAll(ExtensionContext tests) {
      System.setProperty(DISABLED, "true");
    }

    @Override
    public void afterAll(ExtensionContext tests) {
      System.clearProperty(DISABLED);
    }
  }
}
