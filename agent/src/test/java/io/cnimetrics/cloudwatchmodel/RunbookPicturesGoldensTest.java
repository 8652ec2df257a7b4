package io.cnimetrics.cloudwatchmodel;

import static io.cnimetrics.cloudwatchmodel.AlarmStoriesTest.AFTER;
import static io.cnimetrics.cloudwatchmodel.AlarmStoriesTest.BEFORE;
import static io.cnimetrics.cloudwatchmodel.AlarmStoriesTest.cluster;
import static io.cnimetrics.cloudwatchmodel.AlarmStoriesTest.names;
import static io.cnimetrics.cloudwatchmodel.AlarmStoriesTest.node;
import static io.cnimetrics.cloudwatchmodel.AlarmStoriesTest.trouble;
import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.Goldens;
import io.cnimetrics.cloudwatchmodel.AlarmHistory.Span;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Draws the picture of each runbook page: the alarm's value in the alarm's story. */
class RunbookPicturesGoldensTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final int SECOND = 15;
  private static final int WIDTH = 720;
  private static final int HEIGHT = 200;
  private static final int LEFT = 50;
  private static final int RIGHT = 16;
  private static final int TOP = 44;
  private static final int BOTTOM = 32;

  @ParameterizedTest
  @CsvSource({
    "pods-get-no-address, PodsGetNoAddress, 20, pods are refused",
    "ipamd-down, IpamdDown, 20, ipamD is down",
    "ipamd-crash-loop, IpamdCrashLoop, 20, ipamD restarts each minute",
    "subnet-empty, SubnetEmpty0a, 20, a subnet becomes empty",
    "subnet-empty-soon, SubnetEmptySoon0a, 120, a subnet falls",
    "no-data, NoData, 30, no node reports",
    "warm-pool-empty, WarmPoolEmpty, 20, a pool does not grow",
    "pods-lost-address, PodsLostAddress, 1, an address is removed",
    "ec2-denies, Ec2Denies, 20, EC2 denies",
    "ec2-throttles, Ec2Throttles, 20, EC2 throttles",
    "nodes-nearly-full, NodesNearlyFull, 30, nodes fill up"
  })
  void pictureShowsTheStory(String page, String id, int minutes, String events) {
    Story story = story(events, minutes);
    MetricAlarm alarm =
        Objects.requireNonNull(Printed.byId(Printed.alarms(1, Map.of())).get(id), id);
    AlarmHistory history =
        AlarmHistory.of(alarm, story.cloudWatch, Story.QUIET_UNTIL, story.now(), SECOND);
    assertThat(history.cameAndWent()).isTrue();
    Line line = alarm.line(story.cloudWatch, Window.of(Story.QUIET_UNTIL, story.now(), MINUTE));

    Path picture = Path.of("..", "docs", "runbooks", page + ".svg").toAbsolutePath().normalize();
    Goldens.check(picture.toString(), picture(alarm, line, history, minutes));
  }

  private static Story story(String events, int minutes) {
    if (events.equals("no node reports")) {
      Story story = cluster(1);
      story.minutes(BEFORE, minute -> {});
      names().forEach(story.cluster::stop);
      story.minutes(minutes, minute -> {});
      names().forEach(name -> story.startAgent(name, Optional.empty()));
      story.minutes(AFTER, minute -> {});
      return story;
    }
    if (events.equals("a subnet falls")) {
      return SubnetStoriesTest.Change.FALLS_BY_15_ADDRESSES.story(1, false);
    }
    if (events.equals("an address is removed")) {
      Story story = cluster(1);
      story.minutes(BEFORE, minute -> {});
      story.minutes(minutes, minute -> story.node(node(3)).count("forceRemoveIPs", 1));
      story.minutes(AFTER, minute -> {});
      return story;
    }
    return trouble(events, minutes, 1, node(7), 0);
  }

  private static String picture(MetricAlarm alarm, Line line, AlarmHistory history, int minutes) {
    double most = line.values().values().stream().mapToDouble(each -> each).max().orElse(0);
    Scale scale = new Scale(Math.max(most, alarm.threshold()) * 1.15, BEFORE + minutes + AFTER - 7);
    Instant begins = Story.START.plus(MINUTE.multipliedBy(BEFORE));
    Span trouble = new Span(begins, begins.plus(MINUTE.multipliedBy(minutes)));
    return """
    <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12">
    <rect width="%d" height="%d" fill="#ffffff"/>
    """
            .formatted(WIDTH, HEIGHT, WIDTH, HEIGHT)
        + legend(LEFT, "#90a4ae", "trouble")
        + legend(LEFT + 90, "#ef9a9a", "alarm is on")
        + legend(LEFT + 200, "#1f77b4", "value")
        + legend(LEFT + 280, "#d62728", "threshold " + number(alarm.threshold()))
        + history.alarms().stream()
            .map(on -> band(scale, on, TOP, scale.y(0) - TOP, "#ef9a9a\" opacity=\"0.5"))
            .collect(Collectors.joining())
        + band(scale, trouble, scale.y(0), 5, "#90a4ae")
        + line(scale, alarm.threshold())
        + (scale.y(alarm.threshold()) - scale.y(most) > 14 ? label(scale, most, "#263238") : "")
        + scale.axis()
        + values(scale, line)
        + "</svg>\n";
  }

  private static String legend(int x, String colour, String text) {
    return "<rect x=\"%d\" y=\"14\" width=\"10\" height=\"10\" fill=\"%s\"/>%n".formatted(x, colour)
        + "<text x=\"%d\" y=\"23\" fill=\"#263238\">%s</text>%n".formatted(x + 16, text);
  }

  private static String band(Scale scale, Span span, double top, double height, String fill) {
    return "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\"/>%n"
        .formatted(
            scale.x(span.from()), top, scale.x(span.to()) - scale.x(span.from()), height, fill);
  }

  private static String line(Scale scale, double threshold) {
    return "<path d=\"M%d %.1fH%d\" stroke=\"#d62728\" stroke-dasharray=\"5 4\"/>%n"
            .formatted(LEFT, scale.y(threshold), WIDTH - RIGHT)
        + label(scale, threshold, "#d62728");
  }

  private static String label(Scale scale, double value, String colour) {
    return "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\" fill=\"%s\">%s</text>%n"
        .formatted(LEFT - 6, scale.y(value) + 4, colour, number(value));
  }

  /** A path that is interrupted where minutes have no data. */
  private static String values(Scale scale, Line line) {
    StringBuilder path = new StringBuilder();
    Instant next = Instant.MIN;
    for (Map.Entry<Instant, Double> each : line.values().entrySet()) {
      path.append(each.getKey().equals(next) ? 'L' : 'M')
          .append("%.1f %.1f".formatted(scale.x(each.getKey()), scale.y(each.getValue())));
      next = each.getKey().plus(MINUTE);
    }
    return "<path d=\"%s\" fill=\"none\" stroke=\"#1f77b4\" stroke-width=\"2\"/>%n".formatted(path);
  }

  private static String number(double value) {
    return String.valueOf(Math.round(value));
  }

  /**
   * @param most the value at the top of the picture
   * @param minutes the length of the picture
   */
  private record Scale(double most, int minutes) {
    double x(Instant at) {
      double minute = Duration.between(Story.QUIET_UNTIL, at).toSeconds() / 60.0;
      return LEFT + minute * (WIDTH - LEFT - RIGHT) / minutes;
    }

    double y(double value) {
      return HEIGHT - BOTTOM - value * (HEIGHT - BOTTOM - TOP) / most;
    }

    String axis() {
      StringBuilder axis = new StringBuilder();
      for (int minute = 0; minute < minutes; minute += 10) {
        axis.append(
            "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\" fill=\"#263238\">%s</text>%n"
                .formatted(
                    x(Story.START.plus(MINUTE.multipliedBy(BEFORE + minute))),
                    HEIGHT - 10,
                    minute == 0 ? "0 min" : minute));
      }
      return axis.toString();
    }
  }
}
