package io.cnimetrics.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LawsTest {
  private static void noneIsDivisibleBySeven(int number) {
    assertThat(number % 7).isNotZero();
  }

  private static int number(Random random) {
    return random.nextInt(1_000);
  }

  @Test
  void lawThatHoldsIsCheckedOnAllCases() {
    List<Integer> cases = new ArrayList<>();
    Laws.forAll(500, LawsTest::number, cases::add);
    assertThat(cases).hasSize(500);
    assertThat(cases.stream().distinct().count()).isGreaterThan(200);
  }

  @Test
  void brokenLawNamesItsCaseAndTheSeedThatRepeatsIt() {
    AssertionError broken = broken(1, 10_000);
    String[] words = String.valueOf(broken.getMessage()).split("laws.seed=|\\Rcase: |\\R", -1);
    long seed = Long.parseLong(words[1]);
    int number = Integer.parseInt(words[2]);

    assertThat(number % 7).isZero();
    assertThat(broken(seed, 1))
        .hasMessageContaining("try 1 of 1")
        .hasMessageContaining("case: " + number);
  }

  @Test
  void exceptionBreaksALawToo() {
    assertThatThrownBy(
            () ->
                Laws.forAll(
                    1,
                    LawsTest::number,
                    number -> {
                      throw new IllegalStateException("broken on purpose");
                    }))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("broken on purpose");
  }

  @Test
  void errorThatIsNoAssertionNamesSeedAndCaseToo() {
    assertThatThrownBy(
            () ->
                Laws.forAll(
                    5,
                    1,
                    random -> "deep",
                    text -> {
                      throw new StackOverflowError();
                    }))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("laws.seed=5")
        .hasMessageContaining("case: deep")
        .hasMessageContaining("StackOverflowError");
  }

  @Test
  void generatorThatFailsNamesItsSeed() {
    assertThatThrownBy(
            () ->
                Laws.forAll(
                    5,
                    1,
                    random -> {
                      throw new IllegalStateException("no case");
                    },
                    value -> {}))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("laws.seed=5")
        .hasMessageContaining("no case");
  }

  private static AssertionError broken(long seed, int tries) {
    try {
      Laws.forAll(seed, tries, LawsTest::number, LawsTest::noneIsDivisibleBySeven);
    } catch (AssertionError e) {
      return e;
    }
    throw new IllegalStateException("the false law held");
  }
}
