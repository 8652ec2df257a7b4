package io.cnimetrics.aws;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RedactedTest {
  @ParameterizedTest
  @CsvSource({
    "key AKIAIOSFODNN7EXAMPLE., key ***.",
    "key=ASIAIOSFODNN7EXAMPLE/20261120, key=***/20261120",
    "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY, ***",
    "token eyJhbGciOi-JS_UzI1NiJ9.eyJhdWQiOlsi.c2ln-bmF0_dXJl is bad, token *** is bad",
    "arn:aws:sts::111122223333:assumed-role/a-node-role/i-0123456789abcdef0,"
        + "arn:aws:sts::111122223333:assumed-role/a-node-role/i-0123456789abcdef0"
  })
  void secretsAreRedacted(String text, String shown) {
    assertThat(Redacted.of(text)).isEqualTo(shown);
  }

  @Test
  void secretIsFoundBeforeTheLineIsCut() {
    String text = "x ".repeat(Redacted.MOST_CHARACTERS / 2 - 10) + "AKIAIOSFODNN7EXAMPLE";
    assertThat(Redacted.of(text)).endsWith("x ***");
  }

  @ParameterizedTest
  @CsvSource({
    "the header is Bearer planted1, the header is ***",
    "planted1 is unknown, *** is unknown",
    "short is no secret, short is no secret"
  })
  void knownSecretsAreHiddenInAnyForm(String text, String shown) {
    assertThat(Redacted.of(text, List.of("Bearer planted1", "", "short"))).isEqualTo(shown);
  }

  @Test
  void invisibleCharactersBecomeOneSpace() {
    assertThat(Redacted.of(" a\r\n\tb\u001b[2Jc\u2028\u202ed\u0000 ")).isEqualTo("a b [2Jc d");
  }

  @Test
  void longTextIsCut() {
    assertThat(Redacted.of("ab ".repeat(1_000)))
        .hasSize(Redacted.MOST_CHARACTERS + 3)
        .endsWith("...");
  }
}
