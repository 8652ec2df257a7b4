package io.cnimetrics.ipamd;

import static io.cnimetrics.ipamd.Decoding.eni;
import static io.cnimetrics.ipamd.Decoding.flat;
import static io.cnimetrics.ipamd.Decoding.free;
import static io.cnimetrics.ipamd.Decoding.held;
import static io.cnimetrics.ipamd.Decoding.pool;
import static io.cnimetrics.ipamd.Decoding.single;
import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.snapshot.AddressMode;
import io.cnimetrics.snapshot.AddressPool;
import io.cnimetrics.snapshot.Eni;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IntrospectionDecoderTest {
  private static final String NEVER = "0001-01-01T00:00:00Z";

  @Test
  void releaseBefore15ReportsAssignedAddressesOnly() {
    AddressPool pool =
        pool(
            "{'AssignedIPs':1,'ENIIPPools':{'eni-1':{'DeviceNumber':0,'IsPrimary':true,"
                + "'IPv4Addresses':{'10.0.0.1':{'Assigned':true},'10.0.0.2':{'Assigned':false}}}},"
                + "'TotalIPs':2}");
    assertThat(pool.totalIpv4()).isEqualTo(2);
    assertThat(pool.assigned()).isOne();
    assertThat(pool.coolingKnown()).isFalse();
  }

  @Test
  void release15ReportsWhenAnAddressWasReleased() {
    AddressPool pool =
        pool(
            "{'ENIIPPools':{'eni-1':{'DeviceNumber':0,'IsPrimary':true,'IPv4Addresses':{"
                + "'10.0.0.1':{'Assigned':false,'UnassignedTime':'2026-11-21T09:59:50Z'},"
                + "'10.0.0.2':{'UnassignedTime':'"
                + NEVER
                + "','Assigned':false}}}}}");
    assertThat(pool.coolingKnown()).isTrue();
    assertThat(pool.cooling()).isOne();
    assertThat(pool.available(AddressMode.SECONDARY_IP)).isOne();
  }

  @Test
  void release17KeysItsAddresses() {
    AddressPool pool =
        pool(
            "{'ENIs':{'eni-1':{'IsPrimary':true,'IsTrunk':true,'DeviceNumber':0,'IPv4Addresses':{"
                + "'10.0.0.1':%s,'10.0.0.2':%s}}}}"
                    .formatted(held("aws-cni", "c1", "eth0"), free(NEVER)));
    assertThat(pool.assigned()).isOne();
    assertThat(pool.totalIpv4()).isEqualTo(2);
    assertThat(pool.enis()).singleElement().matches(Eni::trunk, "is the trunk");
  }

  @Test
  void keysMayComeInAnyOrder() {
    String list = "{'10.0.0.1/32':{'IsPrefix':false,'IPAddresses':{}}}";
    AddressPool pool =
        pool(
            "{'ENIs':{'eni-1':{'AvailableIPv4Cidrs':%s,'SubnetID':'subnet-1','DeviceNumber':3,"
                    .formatted(list)
                + "'IsPrimary':false,'ID':'eni-1'}},'AssignedIPs':0,'TotalIPs':1}");
    assertThat(pool.totalIpv4()).isOne();
    assertThat(pool.enis().get(0).subnetId()).hasValue("subnet-1");
    assertThat(pool.enis().get(0).deviceNumber()).isEqualTo(3);
    assertThat(pool.statedTotal()).hasValue(1);
  }

  @Test
  void prefixCountsAllAddressesAlthoughItListsFew() {
    AddressPool pool =
        pool(
            flat(
                "{'10.0.0.16/28':{'IPv4Addresses':{'10.0.0.16':%s}}}"
                    .formatted(held("n", "", ""))));
    assertThat(pool.totalIpv4()).isEqualTo(16);
    assertThat(pool.prefixes()).isOne();
    assertThat(pool.available(AddressMode.PREFIX)).isEqualTo(15);
    assertThat(pool.available(AddressMode.SECONDARY_IP)).isZero();
  }

  @Test
  void sizeOfACidrComesFromItsNameNotFromItsFields() {
    AddressPool pool =
        pool(
            flat(
                "{'10.0.0.16/28':{'Cidr':{'IP':'10.0.0.16','Mask':'/////w=='},'IPAddresses':{},"
                    + "'IsPrefix':false}}"));
    assertThat(pool.totalIpv4()).isEqualTo(16);
  }

  @Test
  void releasedAddressStaysListedButIsNotHeld() {
    AddressPool pool = pool(flat(single(free("2026-11-21T09:00:00Z"))));
    assertThat(pool.assigned()).isZero();
    assertThat(pool.cooling()).isZero();
    assertThat(pool.available(AddressMode.SECONDARY_IP)).isOne();
  }

  @ParameterizedTest
  @CsvSource({
    "aws-cni,'',''",
    "'',c1,''",
    "'','',eth0",
    "_migrated-from-cri,c1,unknown",
  })
  void addressWithAnyPartOfTheKeyIsHeld(String networkName, String containerId, String ifName) {
    AddressPool pool = pool(flat(single(held(networkName, containerId, ifName))));
    assertThat(pool.assigned()).isOne();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2026-11-21T09:59:30.000000001Z",
        "2026-11-21T09:59:31Z",
        "2026-11-21T09:59:30.5Z",
        "2026-11-21T09:59:30.123456Z",
        "2026-11-21T10:59:45+01:00",
        "2026-11-20T23:59:45.25-10:00",
        "2026-11-21T15:29:45.999999999+05:30",
        "2026-11-21T10:00:01Z"
      })
  void addressReleasedWithinTheCooldownIsCooling(String time) {
    assertThat(pool(flat(single(free(time)))).cooling()).isOne();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2026-11-21T09:59:30Z",
        "2026-11-21T09:59:29.999999999Z",
        "2026-11-21T10:59:30+01:00",
        "2026-11-21T09:59:45+01:00",
        "2026-11-21T10:00:30Z",
        "2027-11-21T10:00:00Z",
        NEVER
      })
  void addressReleasedBeforeTheCooldownOrBeforeTheClockWasSetBackIsFree(String time) {
    AddressPool pool = pool(flat(single(free(time))));
    assertThat(pool.cooling()).isZero();
    assertThat(pool.available(AddressMode.SECONDARY_IP)).isOne();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        " {\n} \r\n\t",
        "{'TotalIPs':0,'AssignedIPs':0,'ENIs':{}}",
        "{'ENIIPPools':{},'TotalIPs':0,'AssignedIPs':0}",
        "{'0':{'TotalIPs':0,'AssignedIPs':0,'ENIs':{}}}"
      })
  void emptyPoolHasZeroAddresses(String body) {
    AddressPool pool = pool(body);
    assertThat(pool.eniCount()).isZero();
    assertThat(pool.totalIpv4()).isZero();
  }

  @Test
  void cardsMayHaveGaps() {
    String second = eni("{'10.0.2.1/32':{'IPAddresses':{}}}").replace("eni-1", "eni-2");
    AddressPool pool =
        pool(
            "{'2':{'TotalIPs':7,'AssignedIPs':2,'ENIs':{'eni-2':%s}},".formatted(second)
                + "'0':{'TotalIPs':5,'AssignedIPs':1,'ENIs':{'eni-1':%s}}}".formatted(eni("{}")));
    assertThat(pool.enis()).extracting(Eni::id).containsExactly("eni-1", "eni-2");
    assertThat(pool.enis()).extracting(Eni::networkCard).containsExactly(0, 2);
    assertThat(pool.statedTotal()).hasValue(12);
    assertThat(pool.statedAssigned()).hasValue(3);
  }

  @Test
  void cardMayHaveNoEniYet() {
    AddressPool pool = pool("{'3':{'ENIs':{}},'0':{'ENIs':{'eni-1':%s}}}".formatted(eni("{}")));
    assertThat(pool.networkCards()).containsExactly(0, 3);
  }

  @Test
  void statedTotalMayBeNegative() {
    AddressPool pool = pool("{'TotalIPs':-14,'AssignedIPs':0,'ENIs':{}}");
    assertThat(pool.statedTotal()).hasValue(-14);
    assertThat(pool.totalIpv4()).isZero();
  }

  @Test
  void unknownFieldsOfAnyTypeAreSkipped() {
    AddressPool pool =
        pool(
            "{'New':[[{'a':[1.5e300,null]}],'x'],'TotalIPs':0,'ENIs':{'eni-1':"
                + "{'Future':{'ENIs':{'eni-9':1}},'IsPrimary':true,'DeviceNumber':0,"
                + "'AvailableIPv4Cidrs':{}}}}");
    assertThat(pool.eniCount()).isOne();
  }

  @Test
  void ipv6PrefixCountsWhatIsAssigned() {
    AddressPool pool =
        pool(
            "{'ENIs':{'eni-1':{'IsPrimary':true,'DeviceNumber':0,'AvailableIPv4Cidrs':{},"
                + "'IPv6Cidrs':{'2600:1f14:ab::/80':{'IPAddresses':{'2600:1f14:ab::1':%s}}}}}}"
                    .formatted(held("aws-cni", "", "")));
    assertThat(pool.ipv6()).isTrue();
    assertThat(pool.assigned()).isOne();
    assertThat(pool.assignedIpv4()).isZero();
    assertThat(pool.totalIpv4()).isZero();
    assertThat(pool.enis().get(0).ipv6().total()).isEqualTo(1L << 48);
  }

  @Test
  void addressesOfAnExcludedInterfaceAreNotAvailable() {
    AddressPool pool =
        pool(
            flat("{'10.0.0.1/32':{'IPAddresses':{}}}")
                .replace("'DeviceNumber'", "'IsExcludedForPodIPs':true,'DeviceNumber'"));
    assertThat(pool.totalIpv4()).isOne();
    assertThat(pool.available(AddressMode.SECONDARY_IP)).isZero();
  }
}
