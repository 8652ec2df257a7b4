package io.cnimetrics.wire;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UrlSecretsTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "https://user:secret@host:443/path failed | https://host:443/path failed",
        "https://secret@host | https://host",
        "https://user:pa/ss?w#o@rd@host/ | https://host/",
        "\"http://u:secret@h/x\" and http://h2/ | \"http://h/x\" and http://h2/",
        "http://h/?a=1&b=http://u:p@h/?c=2 | http://h/?***",
        "http://a/?x=1,http://b/ | http://a/?***",
        ":secret@host:80 and u:p@x, a:b@c/d:e@f | 'host:80 and x, c/f'",
        "user:secret@host:80 is no URL | host:80 is no URL",
        "Expected scheme-specific part at index 5: user: | 'Expected scheme-specific part at index"
            + " 5: '",
        "https://host/path?token=secret&b=1 failed | https://host/path?*** failed",
        "https://host/path#secret failed | https://host/path#*** failed",
        "Illegal character at index 7: http://user:se cret@host | Illegal character at index 7:"
            + " host"
      })
  void loginsQueriesAndFragmentsAreHiddenInAMessage(String message, String shown) {
    assertThat(UrlSecrets.hiddenIn(message)).isEqualTo(shown);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://monitoring.eu-west-1.amazonaws.com/",
        "the proxy http://[fd00::1]:3128 of HTTPS_PROXY cannot be reached",
        "Illegal character in path at index 2: no url",
        "unix:/run/ipamd.sock",
        "is it really so?"
      })
  void otherTextStaysAsItIs(String text) {
    assertThat(UrlSecrets.hiddenIn(text)).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "a:", "/", "://", "a://b?", "a@", "\u001b[31m\n"})
  @Timeout(5)
  void longTextNeedsLittleTime(String part) {
    assertThat(UrlSecrets.hiddenInValue(part.repeat(300_000))).isNotEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "http://user:se cret/x@host:80, http://host:80",
    "--introspection-url=http://user:secret@host, --introspection-url=http://host",
    "user:se cret@host:80, host:80",
    "node@host, node@host",
    "https://host?key=secret, https://host?***"
  })
  void loginIsHiddenInAWrongValue(String value, String shown) {
    assertThat(UrlSecrets.hiddenInValue(value)).isEqualTo(shown);
  }
}
