package io.cnimetrics.testing;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.extension.ResponseTransformerV2;
import com.github.tomakehurst.wiremock.http.Response;
import com.github.tomakehurst.wiremock.stubbing.ServeEvent;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import io.cnimetrics.cloudwatch.Cbor;
import java.net.URI;
import java.util.List;
import java.util.Map;

/** A stand-in for CloudWatch that gives every request the same answer in CBOR, on its own port. */
public final class StubCloudWatch implements AutoCloseable {
  private static final String ECHO = "echo";

  private final WireMockServer server =
      new WireMockServer(wireMockConfig().dynamicPort().extensions(new Echo()));

  private StubCloudWatch() {
    server.start();
  }

  /** Starts a stand-in that accepts everything. */
  public static StubCloudWatch start() {
    return new StubCloudWatch().taking();
  }

  /** Accepts everything from now on. */
  public StubCloudWatch taking() {
    return answering(cbor(200).withBody(new byte[] {(byte) 0xa0}));
  }

  /** Rejects everything from now on. */
  public StubCloudWatch refusing(int status, String code, String message) {
    return answering(cbor(status).withBody(Cbor.error(code, message)));
  }

  /** Rejects everything from now on, with all headers of the request in the message. */
  public StubCloudWatch refusingWithAnEcho(int status, String code) {
    return answering(cbor(status).withTransformers(ECHO).withTransformerParameter(ECHO, code));
  }

  /** Rejects everything from now on. The body consists of the request's headers, without CBOR. */
  public StubCloudWatch refusingWithABareEcho(int status) {
    return refusingWithAnEcho(status, "");
  }

  public URI endpoint() {
    return URI.create(server.baseUrl());
  }

  /** Environment variables of an agent that publishes to this stand-in. */
  public Map<String, String> environment() {
    return Map.of(
        "AWS_ENDPOINT_URL_CLOUDWATCH", endpoint().toString(),
        "AWS_ACCESS_KEY_ID", AwsClients.CREDENTIALS.accessKeyId(),
        "AWS_SECRET_ACCESS_KEY", AwsClients.CREDENTIALS.secretAccessKey());
  }

  /** All requests so far, oldest first. */
  public List<LoggedRequest> requests() {
    return server.findAll(anyRequestedFor(anyUrl()));
  }

  @Override
  public void close() {
    server.stop();
  }

  private StubCloudWatch answering(ResponseDefinitionBuilder response) {
    server.resetMappings();
    server.stubFor(any(anyUrl()).willReturn(response));
    return this;
  }

  public static ResponseDefinitionBuilder cbor(int status) {
    return aResponse()
        .withStatus(status)
        .withHeader("smithy-protocol", "rpc-v2-cbor")
        .withHeader("Content-Type", "application/cbor");
  }

  private static final class Echo implements ResponseTransformerV2 {
    @Override
    public Response transform(Response response, ServeEvent event) {
      String code = event.getTransformerParameters().getString(ECHO);
      String headers = event.getRequest().getHeaders().toString();
      byte[] body = code.isEmpty() ? headers.getBytes(UTF_8) : Cbor.error(code, headers);
      return Response.Builder.like(response).but().body(body).build();
    }

    @Override
    public boolean applyGlobally() {
      return false;
    }

    @Override
    public String getName() {
      return ECHO;
    }
  }
}
