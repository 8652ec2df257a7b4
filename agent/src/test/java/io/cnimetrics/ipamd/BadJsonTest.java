package io.cnimetrics.ipamd;

import static io.cnimetrics.ipamd.Decoding.assertWrongShape;
import static io.cnimetrics.ipamd.Decoding.pool;
import static io.cnimetrics.ipamd.Decoding.refusal;
import static io.cnimetrics.snapshot.Reason.MALFORMED;
import static io.cnimetrics.snapshot.Reason.UNEXPECTED_SHAPE;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.Charset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies that are not JSON, and malicious JSON. */
class BadJsonTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{} x",
        "{}{}",
        "{}]",
        "{},",
        "{} null",
        "{}\u0000",
        "{}//",
        "{'ENIs':{}} {'ENIs':{}}",
        "{'ENIs':{}}\n\n<html>"
      })
  void textAfterTheValueIsMalformed(String body) {
    IpamdException refusal = refusal(body);
    assertThat(refusal.reason()).isEqualTo(MALFORMED);
    assertThat(refusal).hasMessageContaining("offset ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", " ", "\n\t", "<html></html>", "{'a':}", "{'a' 1}", "{a:1}", "NaN", "{'a':01}"})
  void textThatIsNotJsonIsMalformed(String body) {
    assertThat(refusal(body).reason()).isEqualTo(MALFORMED);
  }

  @Test
  void faultInTheJsonHasItsOffset() {
    assertThat(refusal("{'a':1, }")).hasMessageContaining("not JSON at offset 9");
  }

  @ParameterizedTest
  @ValueSource(strings = {"UTF-16", "UTF-16LE", "UTF-16BE", "UTF-32", "UTF-32LE", "UTF-32BE"})
  void otherUnicodeEncodingsAreMalformed(String encoding) {
    byte[] body = "{\"ENIs\":{}}".getBytes(Charset.forName(encoding));
    assertThat(refusal(body).reason()).isEqualTo(MALFORMED);
  }

  @Test
  void byteOrderMarksAreMalformed() {
    for (Charset encoding : new Charset[] {UTF_8, UTF_16LE, UTF_16BE, UTF_16}) {
      assertThat(refusal("\ufeff{}".getBytes(encoding)).reason()).isEqualTo(MALFORMED);
    }
  }

  @Test
  void bytesThatAreNoUtf8AreMalformedEvenWhereTheyAreSkipped() {
    for (String body :
        new String[] {"{\"x\":\"\u00e9\",\"ENIs\":{}}", "{\"\u00e9\":1,\"ENIs\":{}}"}) {
      IpamdException refusal = refusal(body.getBytes(ISO_8859_1));
      assertThat(refusal.reason()).isEqualTo(MALFORMED);
      assertThat(refusal)
          .hasMessageContaining("the body is not UTF-8")
          .hasMessageNotContaining("offset");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {33, 1_000, 1_000_000})
  void deepNestingIsRejected(int depth) {
    for (String open : new String[] {"[", "{'a':"}) {
      String close = open.equals("[") ? "]" : "}";
      String inner = open.equals("[") ? "" : "1";
      String body = "{'ENIs':{},'x':" + open.repeat(depth) + inner + close.repeat(depth) + "}";
      assertThat(refusal(body).reason()).isEqualTo(UNEXPECTED_SHAPE);
      assertThat(refusal(open.repeat(depth)).reason()).isIn(MALFORMED, UNEXPECTED_SHAPE);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"'TotalIPs'", "'x'"})
  void numberOfThousandsOfDigitsIsRejected(String field) {
    assertWrongShape(
        "{%s:%s,'ENIs':{}}".formatted(field, "9".repeat(100_000)), "/" + field.replace("'", ""));
  }

  @Test
  void hugeExponentInAnUnknownFieldIsSkipped() {
    assertThat(pool("{'x':1e999999999,'y':-1E-999999999,'ENIs':{}}").eniCount()).isZero();
  }

  @Test
  void nameOfAMegabyteIsRejected() {
    assertThat(refusal("{'%s':1,'ENIs':{}}".formatted("n".repeat(1 << 20))).reason())
        .isEqualTo(UNEXPECTED_SHAPE);
  }

  @Test
  void textOfAMegabyteIsSkippedInUnknownFieldsAndRejectedInKnownOnes() {
    String text = "t".repeat(1 << 20);
    assertThat(pool("{'x':'%s','ENIs':{}}".formatted(text)).eniCount()).isZero();
    assertThat(refusal("{'ENIs':{'e':{'SubnetID':'%s'}}}".formatted(text)).reason())
        .isEqualTo(UNEXPECTED_SHAPE);
  }

  @Test
  void moreEntriesThanAnyPoolHasAreRejected() {
    StringBuilder body = new StringBuilder("{'ENIs':{");
    for (int i = 0; i < 20_000; i++) {
      body.append("'eni-%d':{'IsPrimary':true,'DeviceNumber':0,'IPv4Addresses':{}},".formatted(i));
    }
    body.append("'last':7}}");
    assertThat(refusal(body.toString()).reason()).isEqualTo(UNEXPECTED_SHAPE);
  }

  @Test
  void manyCardsWithManyInterfacesAreRejected() {
    StringBuilder body = new StringBuilder("{'9':{'ENIs':{}}");
    for (int card = 10; card < 1_000; card++) {
      body.append(",'%d':{'ENIs':{".formatted(card));
      for (int i = 0; i < 50; i++) {
        String comma = i == 0 ? "" : ",";
        body.append(
            "%s'%d-%d':{'IsPrimary':true,'DeviceNumber':0,'IPv4Addresses':{}}"
                .formatted(comma, card, i));
      }
      body.append("}}");
    }
    assertThat(refusal(body.append('}').toString()).reason()).isEqualTo(UNEXPECTED_SHAPE);
  }

  /** {@code Aa} and {@code BB} have the same hash code. Therefore all these names collide. */
  @Test
  void namesWithTheSameHashCodeTakeLittleTime() {
    StringBuilder body = new StringBuilder("{'x':{'a':0");
    for (int i = 0; i < 1 << 16; i++) {
      body.append(",'");
      for (int bit = 0; bit < 16; bit++) {
        body.append((i >> bit & 1) == 0 ? "Aa" : "BB");
      }
      body.append("':0");
    }
    assertThat(pool(body.append("},'ENIs':{}}").toString()).eniCount()).isZero();
  }
}
