package io.cnimetrics.ipamd;

import static io.cnimetrics.ipamd.Decoding.assertWrongShape;
import static io.cnimetrics.ipamd.Decoding.eni;
import static io.cnimetrics.ipamd.Decoding.flat;
import static io.cnimetrics.ipamd.Decoding.free;
import static io.cnimetrics.ipamd.Decoding.refusal;
import static io.cnimetrics.ipamd.Decoding.single;
import static io.cnimetrics.snapshot.Reason.MALFORMED;
import static io.cnimetrics.snapshot.Reason.UNEXPECTED_SHAPE;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * JSON that is not a pool is an error that names the path of the fault, and never an empty pool.
 */
class WrongShapeTest {
  private static final String NEVER = "0001-01-01T00:00:00Z";
  private static final String BODY = flat(single(free(NEVER)));
  private static final String ADDRESS_PATH =
      "/ENIs/eni-1/AvailableIPv4Cidrs/10.0.0.1~132/IPAddresses/10.0.0.1";

  @ParameterizedTest
  @ValueSource(strings = {"v1.5.7", "v1.7.10", "v1.9.3", "v1.23.1"})
  void messageNamesTheListOfCommandsOfAnUnknownPath(String release) {
    IpamdException refusal = refusal(RecordedBodies.of(release + "/unknown-path.json"));
    assertThat(refusal.reason()).isEqualTo(UNEXPECTED_SHAPE);
    assertThat(refusal).hasMessageContainingAll("commands", "/AvailableCommands");
  }

  @ParameterizedTest
  @ValueSource(strings = {"[]", "[{}]", "null", "'text'", "12", "1.5", "true", "false"})
  void bodyThatIsNotAnObjectIsRejected(String body) {
    assertWrongShape(body, "an object at the top of the body");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "'IsPrimary':true,      | IsPrimary of eni-1       | /ENIs/eni-1",
        "'DeviceNumber':0,      | DeviceNumber of eni-1    | /ENIs/eni-1",
        "'AvailableIPv4Cidrs':  | the addresses of eni-1   | /ENIs/eni-1",
        "'IPAddresses':         | a list of at most 1      | /10.0.0.1~132",
        "'IPAMKey':             | Assigned or IPAMKey      | /IPAddresses/10.0.0.1",
        "'UnassignedTime':      | UnassignedTime           | /IPAddresses/10.0.0.1",
      })
  void missingFieldIsNamedWithItsPlace(String field, String expected, String path) {
    String renamed = field.substring(0, field.indexOf(':')).replaceFirst("'", "'Other");
    String body = BODY.replace(field, renamed + field.substring(field.indexOf(':')));
    assertThat(body).isNotEqualTo(BODY);

    assertWrongShape(body, expected, path);
  }

  @Test
  void keyWithoutAnyKnownPartIsRejected() {
    assertWrongShape(
        flat(single("{'IPAMKey':{},'UnassignedTime':'%s'}".formatted(NEVER))),
        ADDRESS_PATH + "/IPAMKey");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'TotalIPs':0,'AssignedIPs':0}",
        "{'0':{}}",
        "{'0':{'TotalIPs':0,'AssignedIPs':0}}",
        "{'x':1}",
        "{'0':{'ENIs':{}},'1':{'TotalIPs':3}}"
      })
  void poolWithoutAListOfInterfacesIsNotAnEmptyOne(String body) {
    assertWrongShape(body, "ENIs");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'ENIs':null}                                             | /ENIs",
        "{'ENIs':[]}                                               | /ENIs",
        "{'ENIs':{'eni-1':null}}                                   | /ENIs/eni-1",
        "{'ENIs':{'eni-1':{'IPv4Addresses':null}}}                 | /ENIs/eni-1/IPv4Addresses",
        "{'ENIs':{'eni-1':{'AvailableIPv4Cidrs':null}}}            | /AvailableIPv4Cidrs",
        "{'ENIs':{'eni-1':{'IPv6Cidrs':[]}}}                       | /IPv6Cidrs",
        "{'ENIs':{'eni-1':{'IsPrimary':'true'}}}                   | /IsPrimary",
        "{'ENIs':{'eni-1':{'IsTrunk':null}}}                       | /IsTrunk",
        "{'ENIs':{'eni-1':{'SubnetID':7}}}                         | /SubnetID",
        "{'ENIs':{'eni-1':{'IPv4Addresses':{'a':{'Assigned':1}}}}} | /a/Assigned",
        "{'ENIs':{'eni-1':{'IPv4Addresses':{'a':true}}}}           | /IPv4Addresses/a",
        "{'0':7}                                                   | /0",
        "{'TotalIPs':'7'}                                          | /TotalIPs",
        "{'TotalIPs':7.0}                                          | /TotalIPs",
        "{'TotalIPs':null}                                         | /TotalIPs",
        "{'AssignedIPs':9223372036854775808}                       | /AssignedIPs",
        "{'ENIs':{'':{'DeviceNumber':0}}}                          | /ENIs/",
        "{'ENIs':{' ':{'DeviceNumber':0}}}                         | /ENIs/ ",
      })
  void wrongTypeIsNamedWithItsPath(String body, String path) {
    IpamdException refusal = refusal(body);
    assertThat(refusal.reason()).isEqualTo(UNEXPECTED_SHAPE);
    assertThat(refusal).hasMessageContaining(path).hasMessageContaining("(offset ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "2147483648", "1.5", "1e3", "99999999999999999999", "'0'", "null"})
  void deviceNumberOutOfRangeIsRejected(String number) {
    assertWrongShape(
        BODY.replace("'DeviceNumber':0", "'DeviceNumber':" + number), "/ENIs/eni-1/DeviceNumber");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "yesterday",
        "",
        "2026-11-21",
        "2026-11-21T10:00:00",
        "2026-13-21T10:00:00Z",
        "2026-11-21T10:00:00.1234567891Z",
        "+9999999999-11-21T10:00:00Z"
      })
  void invalidTimeIsRejected(String time) {
    assertWrongShape(flat(single(free(time))), ADDRESS_PATH + "/UnassignedTime");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "10.0.0.1",
        "10.0.0.1/33",
        "10.0.0.0/15",
        "10.0.0.1/-1",
        "10.0.0.1/",
        "/28",
        "2600::/80",
        "10.0.0.1/999"
      })
  void invalidCidrIsRejected(String cidr) {
    assertWrongShape(flat("{'%s':{'IPAddresses':{}}}".formatted(cidr)), "a CIDR");
  }

  @Test
  void moreAddressesThanACidrHasAreRejected() {
    String two = "{'10.0.0.1':%s,'10.0.0.2':%s}".formatted(free(NEVER), free(NEVER));
    assertWrongShape(
        flat("{'10.0.0.1/32':{'IPAddresses':%s}}".formatted(two)), "a list of at most 1 addresses");
  }

  @Test
  void flatAndKeyedPoolsTogetherAreRejected() {
    assertWrongShape("{'0':{'ENIs':{}},'ENIs':{}}", "not both");
  }

  @Test
  void interfaceOnTwoCardsIsRejected() {
    assertWrongShape(
        "{'0':{'ENIs':{'eni-1':%s}},'1':{'ENIs':{'eni-1':%s}}}".formatted(eni("{}"), eni("{}")),
        "eni-1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"'0':%s,'00':%s", "'1':%s,'1':%s"})
  void cardNamedTwiceIsRejected(String cards) {
    String card = "{'ENIs':{}}";
    assertThat(refusal("{" + cards.formatted(card, card) + "}").reason())
        .isEqualTo(UNEXPECTED_SHAPE);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'ENIs':{},'ENIs':{}}                                            | /ENIs",
        "{'0':{'ENIs':{},'ENIs':{}}}                                      | /0/ENIs",
        "{'ENIs':{},'ENIIPPools':{}}                                      | /ENIIPPools",
        "{'0':{'ENIs':{},'ENIIPPools':{}}}                                | /0/ENIIPPools",
        "{'ENIs':{'eni-1':{'DeviceNumber':0,'DeviceNumber':1}}}           | /eni-1/DeviceNumber",
        "{'ENIs':{'e':{'IPv4Addresses':{},'IPv4Addresses':{}}}}           | /e/IPv4Addresses",
        "{'ENIs':{'e':{'IPv4Addresses':{},'AvailableIPv4Cidrs':{}}}}      | /e/AvailableIPv4Cidrs",
        "{'ENIs':{'e':{'IPv4Addresses':{'a':{'Assigned':true},'a':{}}}}}  | /IPv4Addresses/a",
        "{'ENIs':{'e':{'IPv4Addresses':{'a':{'Assigned':true,'Assigned':false}}}}} | /a/Assigned",
        "{'ENIs':{'e':{'AvailableIPv4Cidrs':{'1.1.1.1/32':{'IPAddresses':{},'IPv4Addresses':{}}}}}}"
            + " | /IPv4Addresses",
      })
  void duplicateFieldIsRejected(String body, String path) {
    assertWrongShape(body, "once", path + " ");
  }

  @Test
  void messageOfAHostileNameIsOneShortLine() {
    IpamdException refusal =
        refusal("{'ENIs':{'eni\\n\\r\\u001b[31m\\u2028" + "x".repeat(90) + "':7}}");
    assertThat(refusal.reason()).isEqualTo(UNEXPECTED_SHAPE);
    assertThat(refusal.getMessage())
        .doesNotContainPattern("[\\p{Cntrl}\\u2028]")
        .hasSizeLessThan(400);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[",
        "{'AvailableCommands':['/v1/enis'",
        "{'ENIs':null",
        "{'ENIs':null} x",
        "{'ENIs':null}{}",
        "[] []",
        "7 7",
        "{'ENIs':{'eni-1':{'DeviceNumber':-1}}"
      })
  void wrongShapeThatIsCutShortOrHasTextAfterItIsMalformed(String body) {
    assertThat(refusal(body).reason()).isEqualTo(MALFORMED);
  }
}
