package io.cnimetrics.ipamd;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;

/** What bodies of any bytes come to, by a fuzzer that looks which branches they take. */
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
