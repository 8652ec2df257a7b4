package io.cnimetrics.doctor;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The reasons for failed requests to AWS that an error message can show. */
enum AwsTrouble {
  SETTINGS(
      "_PROXY is '|must not be null|Protocol must be|invalid: ",
      "The value of a variable is wrong",
      "Correct the variable HTTPS_PROXY, HTTP_PROXY or AWS_ENDPOINT_URL in the agent's settings",
      AgentCommands.PROXY_AND_ENDPOINT),
  TOKEN_FILE(
      "the token file \\S+ (?:does|is|cannot)",
      "The token of the service account is missing",
      "Check the projected volume of the agent's pod. The kubelet writes the token",
      AgentCommands.PODS),
  POD_IDENTITY_AWAY(
      "EKS Pod Identity: the agent at \\S+ (?:gave no answer|answered with status (?:5|429))",
      "The Pod Identity agent on this node does not answer or has a fault",
      "Check the pod of the add-on eks-pod-identity-agent on this node and its log",
      PodCommands.POD_IDENTITY_ON_NODE),
  DNS(
      "unknown host ([^\\s)]+)",
      "The name does not resolve: no DNS server answers the node, or the VPC's DNS is off",
      "Check the node's DNS, and enableDnsSupport and enableDnsHostnames of the VPC. With a proxy"
          + " set HTTPS_PROXY: the proxy then resolves the name",
      Command.onNode("getent hosts {}")),
  PROXY_LOGIN(
      "status 407",
      "The proxy requires a login, or does not accept the login",
      "Put the user and the password into HTTPS_PROXY, percent-encoded, as in"
          + " http://USER:PASSWORD@HOST:PORT. Or put the name of the endpoint into NO_PROXY",
      AgentCommands.PROXY),
  PROXY_REFUSES(
      "answered CONNECT",
      "The proxy refuses to connect to the endpoint",
      "Allow the name of the endpoint in the proxy, or put the name into NO_PROXY",
      AgentCommands.PROXY),
  PROXY_AWAY(
      "the proxy http://\\S+ of",
      "The proxy does not resolve, refuses the connection, or passes on no answer",
      "Check the address of the proxy in HTTPS_PROXY and the proxy itself. Or put the name of the"
          + " endpoint into NO_PROXY",
      AgentCommands.PROXY),
  CERTIFICATE(
      "certif",
      "The agent does not trust the certificate: a proxy or firewall intercepts TLS, or the"
          + " node's clock is wrong",
      "Configure the proxy so that it does not intercept TLS for the name of the endpoint, or give"
          + " the agent a trust store with the proxy's certificate authority",
      AgentCommands.PROXY);

  private final Pattern sign;
  private final String cause;
  private final String remedy;
  private final Command command;

  /**
   * @param sign a pattern for the error messages of this reason; its group matches the name of the
   *     host
   * @param command {@code {}} stands for the name of the host
   */
  AwsTrouble(String sign, String cause, String remedy, Command command) {
    this.sign = Pattern.compile(sign);
    this.cause = cause;
    this.remedy = remedy;
    this.command = command;
  }

  /** Returns the reason for a failure; empty if the message does not show the reason. */
  static Optional<AwsTrouble> of(String failure) {
    return Stream.of(values()).filter(why -> why.sign.matcher(failure).find()).findFirst();
  }

  Command command(String failure) {
    Matcher host = sign.matcher(failure);
    return host.find() && host.groupCount() > 0
        ? command.withText(command.text().replace("{}", Command.quoted(host.group(1))))
        : command;
  }

  /** Returns a finding with this cause, its remedy and its command. */
  Finding on(Finding finding, String failure) {
    return finding.causedBy(cause).remedied(remedy, command(failure));
  }
}
