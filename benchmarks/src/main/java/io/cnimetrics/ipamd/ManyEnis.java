package io.cnimetrics.ipamd;

import java.util.List;
import java.util.regex.Pattern;

/** Makes a longer body of {@code /v1/enis} from the ENIs of a recorded body. */
final class ManyEnis {
  private static final String LIST = "\"ENIs\":{";
  private static final Pattern NEXT_ENI = Pattern.compile(",(?=\"eni-)");
  private static final Pattern ID = Pattern.compile("eni-[0-9a-f]{17}");
  private static final Pattern SUBNET = Pattern.compile("10\\.20\\.[0-9]+\\.");

  private ManyEnis() {}

  /** Repeats the ENIs of a body. Each copy has another id and other addresses. */
  static String like(String recorded, int enis) {
    int start = recorded.indexOf(LIST) + LIST.length();
    int end = recorded.lastIndexOf("}}}");
    List<String> samples = NEXT_ENI.splitAsStream(recorded.substring(start, end)).toList();
    StringBuilder body = new StringBuilder(recorded.substring(0, start));
    for (int i = 0; i < enis; i++) {
      String withId =
          ID.matcher(samples.get(i % samples.size())).replaceAll("eni-%017x".formatted(i));
      String subnet = "10.%d.%d.".formatted(100 + i / 250, i % 250);
      body.append(i == 0 ? "" : ",").append(SUBNET.matcher(withId).replaceAll(subnet));
    }
    return body.append(recorded.substring(end)).toString();
  }
}
