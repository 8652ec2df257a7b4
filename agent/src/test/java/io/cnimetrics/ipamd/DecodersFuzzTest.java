package io.cnimetrics.ipamd;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;

/** Decodes arbitrary bytes. The fuzzer measures which branches the bytes reach. */
class DecodersFuzzTest {
  @FuzzTest
  void introspectionIsAPoolOrANamedFailure(byte[] body) {
    BadBodiesPropertyTest.poolOrFailure(body);
  }

  @FuzzTest
  void metricsAreSumsOrANamedFailure(byte[] body) throws IOException {
    BadBodiesPropertyTest.metricsOrFailure(body);
  }
}
