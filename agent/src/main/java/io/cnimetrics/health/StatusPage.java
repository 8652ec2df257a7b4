package io.cnimetrics.health;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.cnimetrics.catalog.RecentIncrease;
import io.cnimetrics.catalog.Sample;
import io.cnimetrics.health.AgentStatus.Minute;
import io.cnimetrics.health.AgentStatus.ReceiverStatus;
import io.cnimetrics.health.AgentStatus.Trouble;
import io.cnimetrics.publish.MinuteValue;
import io.cnimetrics.publish.SendEvents.DropReason;
import io.cnimetrics.publish.Sender.Answers;
import io.cnimetrics.publish.Sender.Failure;
import io.cnimetrics.snapshot.NodeIdentity;
import io.cnimetrics.snapshot.Problem;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Supplier;

/**
 * The page {@code /status}: a JSON document about the agent and its node. Programs may rely on the
 * fields, which {@code docs/commands.md} lists. An unknown value is absent. The page contains the
 * node's ids and the causes of trouble. Therefore only clients on this node may read the page.
 *
 * @param version the version of the agent
 * @param pod the name of the agent's pod, if it is known
 * @param status returns the current status at each request
 */
public record StatusPage(String version, Optional<String> pod, Supplier<AgentStatus> status)
    implements Page {
  public static final String PATH = "/status";

  private static final double LARGEST_WHOLE = 0x1p53;

  @Override
  public boolean onlyForThisNode() {
    return true;
  }

  @Override
  public Response get(String accept) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
      new Document(json).write(version, pod, status.get());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new Response(Response.OK, "application/json", text + "\n");
  }

  private record Document(JsonGenerator json) {
    void write(String version, Optional<String> pod, AgentStatus status) throws IOException {
      json.writeStartObject();
      agent(version, pod, status);
      node(status.node(), status.cniVersion());
      lastPoll(status);
      list("problems", status.problems(), this::problem);
      list("metrics", status.samples(), this::metric);
      list("minutes", status.minutes(), this::minute);
      if (status.counters().isPresent()) {
        json.writeObjectFieldStart("counters");
        time("readSince", status.counters().get().first());
        time("readUntil", status.counters().get().last());
        json.writeEndObject();
      }
      list("increases", status.increases(), this::increase);
      list("trouble", status.trouble(), this::trouble);
      json.writeObjectFieldStart("pending");
      json.writeNumberField("minutes", status.pending().minutes());
      json.writeNumberField("bytes", status.pending().bytes());
      time("oldest", status.pending().oldest());
      json.writeEndObject();
      list("dropped", List.copyOf(status.dropped().entrySet()), this::drop);
      list("destinations", status.destinations(), this::destination);
      json.writeEndObject();
    }

    private void agent(String version, Optional<String> pod, AgentStatus status)
        throws IOException {
      json.writeObjectFieldStart("agent");
      json.writeStringField("version", version);
      time("startedAt", status.startedAt());
      text("pod", pod);
      json.writeEndObject();
    }

    private void node(NodeIdentity node, Optional<String> cniVersion) throws IOException {
      json.writeObjectFieldStart("node");
      text("clusterId", node.clusterId());
      text("region", node.region());
      json.writeStringField("nodeName", node.nodeName());
      text("instanceId", node.instance().id());
      text("instanceType", node.instance().type());
      text("cniVersion", cniVersion);
      json.writeEndObject();
    }

    private void lastPoll(AgentStatus status) throws IOException {
      if (status.lastPoll().isPresent()) {
        json.writeObjectFieldStart("lastPoll");
        time("at", status.lastPoll().get().at());
        json.writeStringField("result", status.lastPoll().get().good() ? "good" : "failed");
        json.writeEndObject();
      }
    }

    private void problem(Problem problem) throws IOException {
      json.writeStringField("source", problem.source().label());
      json.writeStringField("reason", problem.reason().name());
      json.writeStringField("message", problem.message());
    }

    private void metric(Sample sample) throws IOException {
      json.writeStringField("name", sample.metric().name());
      json.writeStringField("kind", sample.metric().kind().label());
      number("value", sample.value());
      number("total", sample.total());
      json.writeStringField("unit", sample.metric().unit().cloudWatchName());
      text("subnetId", sample.subnetId());
    }

    private void minute(Minute minute) throws IOException {
      time("minute", minute.start());
      json.writeObjectFieldStart("values");
      for (MinuteValue value : minute.values()) {
        number(value.metric(), value.value());
      }
      json.writeEndObject();
    }

    private void increase(RecentIncrease increase) throws IOException {
      json.writeStringField("counter", increase.counter());
      number("amount", increase.amount());
      time("since", increase.since());
      time("last", increase.last());
      number("total", increase.total());
    }

    private void trouble(Trouble trouble) throws IOException {
      json.writeStringField("metric", trouble.value().metric());
      number("value", trouble.value().value());
      time("since", trouble.since());
      text("finding", trouble.finding());
      text("cause", trouble.cause());
    }

    private void drop(Map.Entry<DropReason, Long> drop) throws IOException {
      json.writeStringField("reason", drop.getKey().name());
      json.writeNumberField("datums", drop.getValue());
    }

    private void destination(ReceiverStatus destination) throws IOException {
      json.writeStringField("name", destination.name());
      text("region", destination.region());
      text("namespace", destination.namespace());
      text("endpoint", destination.endpoint());
      json.writeBooleanField("ready", destination.answers().isPresent());
      time("lastSuccess", destination.answers().flatMap(Answers::accepted));
      Optional<Failure> failure = destination.answers().flatMap(Answers::failure);
      if (failure.isPresent()) {
        json.writeObjectFieldStart("lastFailure");
        time("at", failure.get().at());
        json.writeStringField("outcome", failure.get().result().status().name());
        json.writeStringField("code", failure.get().result().code());
        json.writeStringField("message", failure.get().result().message());
        json.writeStringField("fact", failure.get().result().fact());
        json.writeStringField("remedy", failure.get().result().remedy());
        json.writeEndObject();
      }
    }

    private <T> void list(String name, List<T> entries, Fields<T> fields) throws IOException {
      json.writeArrayFieldStart(name);
      for (T entry : entries) {
        json.writeStartObject();
        fields.write(entry);
        json.writeEndObject();
      }
      json.writeEndArray();
    }

    private void text(String name, Optional<String> text) throws IOException {
      if (text.isPresent()) {
        json.writeStringField(name, text.get());
      }
    }

    private void time(String name, Optional<Instant> time) throws IOException {
      text(name, time.map(Instant::toString));
    }

    private void time(String name, Instant time) throws IOException {
      json.writeStringField(name, time.toString());
    }

    private void number(String name, OptionalDouble number) throws IOException {
      if (number.isPresent()) {
        number(name, number.getAsDouble());
      }
    }

    private void number(String name, double number) throws IOException {
      if (number == Math.rint(number) && Math.abs(number) < LARGEST_WHOLE) {
        json.writeNumberField(name, (long) number);
      } else {
        json.writeNumberField(name, number);
      }
    }
  }

  /** Writes the fields of one entry of a list. */
  @FunctionalInterface
  private interface Fields<T> {
    void write(T entry) throws IOException;
  }
}
