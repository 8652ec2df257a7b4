package io.cnimetrics.publish;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JournalFormatTest {
  private static final String STATE =
      "{'instance':'i-1','namespace':'Kubernetes/CNI','dimensions':[{'CLUSTER_ID':'prod'}],"
          + "'lastMinute':29394000,'minute':29394001,'at':1763640061500,"
          + "'earlier':{'ipamdErr':1763640031500},'open':[['ipamdErr',2.0,1.0,9.0]],'ipamdStart':1763639000000,"
          + "'agentStart':1763639900000,'carried':[],'history':{'restarts':2.0,'starts':1.0}}";
  private static final String MINUTE =
      "{'id':7,'minute':29393999,'namespace':'Kubernetes/CNI',"
          + "'dimensions':[{'CLUSTER_ID':'prod'}],'values':[['eniAllocated',2.0,'COUNT']]}";

  private static final String OTLP_MINUTE =
      "{'id':8,'minute':29393999,'receiver':'OTLP','namespace':'',"
          + "'dimensions':[{'CLUSTER_ID':'prod'}],'ipamdStart':1763639000000,"
          + "'agentStart':1763639900000,'at':1763639981500,'values':[['ipamdErr',9.0,'COUNT']]}";

  /** Older and newer releases read this text too. */
  @Test
  void formatStaysTheSame() throws IOException {
    String entry =
        "{'state':" + STATE + ",'waiting':[" + MINUTE + "," + OTLP_MINUTE + "],'gone':[5,6]}";

    assertThat(write(read(entry))).isEqualTo(entry);
  }

  @Test
  void olderFileHasNoTimes() throws IOException {
    String older =
        STATE
            .replace("'at':1763640061500,", "")
            .replace("'earlier':{'ipamdErr':1763640031500},", "")
            .replace(",9.0", "")
            .replace("'ipamdStart':1763639000000,'agentStart':1763639900000,", "");

    BufferState state = read("{'state':" + older + "}").state().orElseThrow();

    assertThat(state.starts())
        .isEqualTo(new BufferState.Starts(state.lastMinute(), Optional.empty()));
    assertThat(state.open().orElseThrow().totals()).isEmpty();
    assertThat(state.open().orElseThrow().values()).hasSize(1);
  }

  @Test
  void unknownFieldsAndUnknownMetricsOfTheOpenMinuteAreIgnored() throws IOException {
    String newer = STATE.replace("'open':[", "'new':{'a':[1]},'open':[['newMetric',1.0,1.0],");

    assertThat(read("{'state':" + newer + "}")).isEqualTo(read("{'state':" + STATE + "}"));
  }

  @Test
  void unknownMetricsOfPendingMinutesAreKept() throws IOException {
    Journal.Entry entry = read("{'waiting':[" + MINUTE.replace("eniAllocated", "new") + "]}");

    assertThat(entry.pending().get(0).values().get(0).metric()).isEqualTo("new");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{'gone':5}",
        "{'gone':['x']}",
        "{'state':{}}",
        "{'state':[]}",
        "{'waiting':[{'values':[['eniAllocated']]}]}",
        "{'gone':[5]"
      })
  void otherTextIsNoEntry(String text) {
    assertThatIOException().isThrownBy(() -> read(text));
  }

  private static Journal.Entry read(String text) throws IOException {
    byte[] bytes = text.replace('\'', '"').getBytes(UTF_8);
    return JournalFormat.read(bytes, 0, bytes.length);
  }

  private static String write(Journal.Entry entry) {
    return new String(JournalFormat.write(entry), UTF_8).replace('"', '\'');
  }
}
