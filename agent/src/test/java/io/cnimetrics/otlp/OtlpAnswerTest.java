package io.cnimetrics.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.UnknownFieldSet;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsPartialSuccess;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceResponse;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OtlpAnswerTest {
  private static final byte[] PARTIAL =
      ExportMetricsServiceResponse.newBuilder()
          .setPartialSuccess(
              ExportMetricsPartialSuccess.newBuilder()
                  .setRejectedDataPoints(300)
                  .setErrorMessage("Maximum number of attributes exceeded: 150"))
          .setUnknownFields(
              UnknownFieldSet.newBuilder()
                  .addField(
                      9, UnknownFieldSet.Field.newBuilder().addFixed32(1).addFixed64(2).build())
                  .build())
          .build()
          .toByteArray();

  @Test
  void rejectedPointsAreRead() {
    assertThat(OtlpAnswer.ofSuccess(PARTIAL))
        .isEqualTo(new OtlpAnswer(300, "Maximum number of attributes exceeded: 150"));
  }

  @Test
  void emptyAnswerRejectsNothing() {
    assertThat(OtlpAnswer.ofSuccess(new byte[0])).isEqualTo(new OtlpAnswer(0, ""));
    assertThat(
            OtlpAnswer.ofSuccess(
                ExportMetricsServiceResponse.newBuilder()
                    .setPartialSuccess(ExportMetricsPartialSuccess.getDefaultInstance())
                    .build()
                    .toByteArray()))
        .isEqualTo(new OtlpAnswer(0, ""));
  }

  @Test
  void messageOfAStatusIsRead() {
    byte[] status = new Protobuf().number(1, 3).string(2, "too old").toByteArray();

    assertThat(OtlpAnswer.messageOfFailure(status)).isEqualTo("too old");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void damagedAnswerIsNoError(long seed) {
    RandomGenerator random = new SplittableRandom(seed);
    for (int i = 0; i < 10_000; i++) {
      byte[] body = PARTIAL.clone();
      for (int damage = random.nextInt(1, 5); damage > 0; damage--) {
        body[random.nextInt(body.length)] = (byte) random.nextInt();
      }
      assertThat(OtlpAnswer.ofSuccess(body).message()).hasSizeLessThan(body.length);
      assertThat(OtlpAnswer.messageOfFailure(body)).hasSizeLessThan(body.length);
    }
  }

  @Test
  void answerThatIsCutOffIsNoError() {
    for (int length = 0; length < PARTIAL.length; length++) {
      assertThat(OtlpAnswer.ofSuccess(Arrays.copyOf(PARTIAL, length))).isNotNull();
    }
  }
}
