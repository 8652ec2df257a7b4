package io.cnimetrics.testing;

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import software.amazon.awssdk.core.SdkSystemSetting;

/** Has the tests of a class ask no instance metadata service, whatever machine they run on. */
public final class NoMetadata implements BeforeAllCallback, AfterAllCallback {
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
