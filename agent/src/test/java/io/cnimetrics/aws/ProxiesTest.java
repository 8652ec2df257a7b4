package io.cnimetrics.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The variables HTTPS_PROXY, HTTP_PROXY and NO_PROXY. */
class ProxiesTest {
  private static final Map<String, String> BOTH =
      Map.of("HTTPS_PROXY", "http://secure:3128", "HTTP_PROXY", "http://plain:3129");

  @Test
  void schemeOfTheEndpointDecides() {
    assertThat(proxy(BOTH, "https://monitoring.eu-west-1.amazonaws.com/"))
        .contains("the proxy http://secure:3128 of HTTPS_PROXY");
    assertThat(proxy(BOTH, "http://127.0.0.1:8080/"))
        .contains("the proxy http://plain:3129 of HTTP_PROXY");
  }

  @Test
  void proxyOfTheOtherSchemeIsNotUsed() {
    assertThat(proxy(Map.of("HTTP_PROXY", "http://plain:3129"), "https://a.example/")).isEmpty();
    assertThat(proxy(Map.of("HTTPS_PROXY", "http://secure:3128"), "http://a.example/")).isEmpty();
  }

  @Test
  void lowerCaseNamesAreReadToo() {
    assertThat(proxy(Map.of("https_proxy", "http://low:1"), "https://a.example/"))
        .contains("the proxy http://low:1 of HTTPS_PROXY");
    Map<String, String> direct =
        Map.of("https_proxy", "http://low:1", "no_proxy", "a.example", "NO_PROXY", " ");
    assertThat(proxy(direct, "https://a.example/")).isEmpty();
  }

  @Test
  void allProxyIsForHttpsWithoutHttpsProxy() {
    assertThat(proxy(Map.of("all_proxy", "http://all:1"), "https://a.example/"))
        .contains("the proxy http://all:1 of ALL_PROXY");
    assertThat(proxy(Map.of("ALL_PROXY", "http://all:1"), "http://a.example/")).isEmpty();
    Map<String, String> both = Map.of("HTTPS_PROXY", "low:1", "ALL_PROXY", "socks5://all:1");
    assertThat(proxy(both, "https://a.example/")).contains("the proxy http://low:1 of HTTPS_PROXY");
    assertThatThrownBy(() -> Proxies.of(Map.of("ALL_PROXY", "socks5://user:planted@proxy:1080")))
        .isInstanceOf(SettingsException.class)
        .hasMessageContainingAll("ALL_PROXY is 'socks5://", "proxy:1080", "expected http://HOST")
        .hasMessageNotContaining("planted");
  }

  @Test
  void emptyVariableIsNoProxy() {
    assertThat(proxy(Map.of("HTTPS_PROXY", ""), "https://a.example/")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "proxy:3128, http://proxy:3128",
    "proxy, http://proxy:80",
    "http://proxy, http://proxy:80",
    "HTTP://proxy:3128/, http://proxy:3128",
    "'  http://proxy:3128  ', http://proxy:3128",
    "http://[fd00::1]:3128, http://[fd00::1]:3128",
    "10.0.0.1:3128, http://10.0.0.1:3128",
    "http://user:pa%3Ass@proxy:3128/path?query, http://proxy:3128",
    "user:password@proxy:3128, http://proxy:3128"
  })
  void formsOfAProxy(String value, String shown) {
    assertThat(proxy(Map.of("HTTPS_PROXY", value), "https://a.example/"))
        .contains("the proxy " + shown + " of HTTPS_PROXY");
  }

  @ParameterizedTest
  @CsvSource({
    "http://user:secret@p:1, user:secret",
    "http://user:p%40ss%3aw%2Frd%25@p:1, user:p@ss:w/rd%",
    "http://user:a+b@p:1, user:a+b",
    "http://us%C3%A9r:pw@p:1, usér:pw",
    "http://user@p:1, user:",
    "http://user:p@ss@p:1, user:p@ss",
    "http://user:100%@p:1, user:100%",
    "http://DOMAIN%5Cuser:pw@p:1, DOMAIN\\user:pw"
  })
  void loginIsPercentDecoded(String value, String login) {
    Proxies proxies = Proxies.of(Map.of("HTTPS_PROXY", value));
    String header = proxies.proxy(URI.create("https://a/")).orElseThrow().login().orElseThrow();
    assertThat(header).startsWith("Basic ");
    byte[] decoded = Base64.getDecoder().decode(header.substring("Basic ".length()));
    assertThat(new String(decoded, StandardCharsets.UTF_8)).isEqualTo(login);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "socks5://user:planted@proxy:1080",
        "https://user:planted@proxy:443",
        "http://user:planted@proxy:70000",
        "http://user:planted@",
        "http://user:planted secret@pro xy",
        "http://user:pla/nted@proxy:port"
      })
  void unusableProxyIsRefusedWithoutItsLogin(String value) {
    assertThatThrownBy(() -> Proxies.of(Map.of("HTTPS_PROXY", value)))
        .isInstanceOf(SettingsException.class)
        .hasMessageContainingAll("HTTPS_PROXY", "expected http://HOST:PORT")
        .hasMessageNotContainingAny("planted", "nted", "secret");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "example.com | https://example.com/",
        "example.com | https://a.b.EXAMPLE.com/",
        "example.com | https://example.com./",
        ".example.com | https://a.example.com/",
        "*.example.com | https://a.example.com/",
        "* | https://anything/",
        "EXAMPLE.COM | https://example.com/",
        "a.test b.test | https://b.test/",
        " a.test , b.test ,, | https://b.test/",
        "a.test:8443 | https://a.test:8443/",
        "a.test:443 | https://a.test/",
        "10.0.0.0/8 | https://10.1.2.3/",
        "10.1.2.3 | https://10.1.2.3:8443/",
        "10.1.2.3:443 | https://10.1.2.3/",
        "169.254.0.0/16 | https://169.254.170.23/",
        "0.0.0.0/0 | https://192.0.2.1/",
        "fd00::/8 | https://[fd00:ec2::23]/",
        "[fd00::1] | https://[fd00:0::1]/",
        "[fd00::1]:8443 | https://[fd00::1]:8443/",
        "fd00::1 | https://[fd00::1]/",
        "2001:db8::/33 | https://[2001:db8:7fff::1]/"
      })
  void noProxyNamesTheHost(String list, String url) {
    assertThat(proxy(Map.of("HTTPS_PROXY", "p:1", "NO_PROXY", list), url)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "example.com | https://badexample.com/",
        ".example.com | https://example.com/",
        "example.com | https://example.com.test/",
        "a.test:8443 | https://a.test/",
        "10.0.0.0/8 | https://11.0.0.1/",
        "10.0.0.0/8 | https://10.example.com/",
        "10.1.2.3 | https://10.1.2.30/",
        "[fd00::1]:8443 | https://[fd00::1]/",
        "2001:db8::/33 | https://[2001:db8:8000::1]/",
        "0.0.0.0/0 | https://[fd00::1]/",
        "300.1.2.3 | https://a.test/",
        "10.0.0.0/8/8 | https://10.0.0.1/",
        ":,/,[,]:1 | https://a.test/"
      })
  void noProxyNamesOtherHosts(String list, String url) {
    assertThat(proxy(Map.of("HTTPS_PROXY", "p:1", "NO_PROXY", list), url)).isPresent();
  }

  private static Optional<String> proxy(Map<String, String> environment, String url) {
    return Proxies.of(environment).proxy(URI.create(url)).map(String::valueOf);
  }
}
