package io.cnimetrics.aws;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import io.cnimetrics.aws.Ec2Result.Failed;
import io.cnimetrics.aws.Ec2Result.Found;
import io.cnimetrics.aws.Subnets.Answer;
import io.cnimetrics.snapshot.Reason;
import io.cnimetrics.snapshot.Source;
import io.cnimetrics.snapshot.Subnet;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class NodeSubnetsTest {
  private static final Duration LIMIT = Duration.ofSeconds(5);
  private static final Subnet ONE = new Subnet("subnet-1", 200, 51);
  private static final Subnet TWO = new Subnet("subnet-2", 0, 251);

  @AutoClose private final FakeEc2 ec2 = FakeEc2.start();

  @Test
  void freeAndUsedAddressesLeaveOutTheFiveThatAwsReserves() {
    ec2.withSubnets(ONE, TWO);

    assertThat(read()).isEqualTo(found(ONE, TWO));
  }

  @Test
  void allSubnetsAreRequestedAtOnce() {
    ec2.withSubnets(ONE, TWO);

    read();

    assertThat(ec2.requests())
        .singleElement()
        .extracting(LoggedRequest::getBodyAsString)
        .asString()
        .contains("Action=DescribeSubnets")
        .contains("subnet-1", "subnet-2");
  }

  @Test
  void subnetWithoutIpv4IsLeftOut() {
    String body = FakeEc2.subnetSet(ONE, TWO).replaceAll("<cidrBlock>[^<]*</cidrBlock>", "");
    ec2.answering(aResponse().withBody(body));

    assertThat(read()).isEqualTo(found());
  }

  @Test
  void subnetWithIpv6OnlyIsLeftOut() {
    String body =
        FakeEc2.subnetSet(new Subnet("subnet-1", 0, 251), TWO)
            .replaceFirst("</cidrBlock>", "</cidrBlock><ipv6Native>true</ipv6Native>");
    ec2.answering(aResponse().withBody(body));

    assertThat(read()).isEqualTo(found(TWO));
  }

  @Test
  void subnetThatTheAnswerDoesNotListIsAProblemAndTheOthersAreRead() {
    ec2.withSubnets(ONE);

    Answer answer = ((Found<Answer>) read()).value();

    assertThat(answer.subnets()).containsExactly(ONE);
    assertThat(answer.missing())
        .containsOnlyKeys("subnet-2")
        .allSatisfy(
            (id, problem) -> {
              assertThat(problem.reason()).isEqualTo(Reason.NOT_FOUND);
              assertThat(problem.message())
                  .contains("in us-west-2 was answered without subnet-2; ");
            });
  }

  @ParameterizedTest
  @CsvSource({
    "403,UnauthorizedOperation,DENIED,true",
    "403,SignatureDoesNotMatch,DENIED,false",
    "400,RequestExpired,DENIED,false",
    "503,RequestLimitExceeded,BAD_STATUS,false",
    "500,InternalError,BAD_STATUS,false",
    "400,InvalidSubnetID.NotFound,NOT_FOUND,false"
  })
  void refusalIsOneProblemAndOnlyAMissingPermissionIsFinal(
      int status, String code, Reason reason, boolean forbidden) {
    ec2.refusing(status, code, "says EC2");

    Failed<?> answer = failed(read());

    assertThat(answer.problem().source()).isEqualTo(Source.EC2);
    assertThat(answer.problem().reason()).isEqualTo(reason);
    assertThat(answer.forbidden()).isEqualTo(forbidden);
    assertThat(answer.problem().message())
        .contains("ec2:DescribeSubnets of subnet-1, subnet-2 in us-west-2", code)
        .doesNotContain("says EC2");
    assertThat(ec2.requests()).hasSize(1);
  }

  @Test
  void missingPermissionNamesActionAndPolicy() {
    ec2.withoutPermissionForSubnets();

    assertThat(failed(read()).problem().message())
        .contains("ec2:DescribeSubnets", "iam-policy/CNIMetricsSubnetsPolicy.json", "--subnets");
  }

  @Test
  void unknownSubnetIsNotFound() {
    ec2.refusing(400, "InvalidSubnetID.NotFound", "says EC2");

    assertThat(failed(read()).problem().message())
        .contains(
            "does not exist in this region and account", "the agent's credentials", "--subnets")
        .doesNotContain("has a fault");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "<html><body>Sign in</body></html>",
        "<DescribeSubnetsResponse><subnetSet><item><cidrBlock>10.0.0.0/24</cidrBlock></item>"
            + "</subnetSet></DescribeSubnetsResponse>",
        "<DescribeSubnetsResponse><subnetSet><item><subnetId>subnet-1</subnetId>"
            + "<cidrBlock>none</cidrBlock><availableIpAddressCount>1</availableIpAddressCount>"
            + "</item></subnetSet></DescribeSubnetsResponse>"
      })
  void answerThatIsNotFromEc2IsMalformed(String body) {
    ec2.answering(aResponse().withBody(body));

    assertThat(failed(read()).problem().reason()).isEqualTo(Reason.MALFORMED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "subnet-1&#10;",
        "subnet-é",
        "subnet-1\"} 1",
        "subnet- ",
        "eni-1",
        "subnet-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
      })
  void invalidSubnetIdIsMalformed(String id) {
    ec2.withSubnets(ONE, new Subnet(id, 7, 244));

    assertThat(failed(read()).problem().reason()).isEqualTo(Reason.MALFORMED);
  }

  @Test
  void subnetListedTwiceIsMalformed() {
    ec2.withSubnets(ONE, new Subnet(ONE.id(), 7, 244));

    assertThat(failed(read()).problem().reason()).isEqualTo(Reason.MALFORMED);
  }

  @Test
  void answerWithoutSubnetsIsMalformed() {
    ec2.withSubnets();
    assertThat(failed(read()).problem().reason()).isEqualTo(Reason.MALFORMED);
  }

  private Ec2Result<Answer> read() {
    return ec2.subnets().read(Set.of("subnet-1", "subnet-2"), "us-west-2", LIMIT);
  }

  private static Found<Answer> found(Subnet... subnets) {
    return new Found<>(new Answer(List.of(subnets), Map.of()));
  }

  private static Failed<?> failed(Ec2Result<?> answer) {
    assertThat(answer).isInstanceOf(Failed.class);
    return (Failed<?>) answer;
  }
}
