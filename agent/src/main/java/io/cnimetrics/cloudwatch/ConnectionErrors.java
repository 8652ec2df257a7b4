package io.cnimetrics.cloudwatch;

import java.io.IOException;
import java.net.UnknownHostException;
import javax.net.ssl.SSLException;

/** Words for a request that nobody answered. */
final class ConnectionErrors {
  static final String CREDENTIALS_WAY_OUT =
      "give the agent's service account a role (EKS Pod Identity or IRSA), or let the agent use the"
          + " instance's role by the host network; either must allow cloudwatch:PutMetricData";

  static final String ROUTE_WAY_OUT =
      "check the route to CloudWatch: a VPC endpoint for monitoring or a NAT gateway, their security"
          + " groups, HTTPS_PROXY and NO_PROXY";

  private static final String NAME_WAY_OUT =
      "check the region, AWS_ENDPOINT_URL_CLOUDWATCH, and that the node resolves names";

  private static final String TRUST_WAY_OUT =
      "check the node's clock, and that the runtime trusts the authority behind the endpoint, or"
          + " behind a proxy that opens TLS";

  private static final String SETTINGS_WAY_OUT =
      "check the region and the settings of the AWS SDK, such as AWS_ENDPOINT_URL_CLOUDWATCH";

  private ConnectionErrors() {}

  static String told(Throwable origin) {
    if (origin instanceof UnknownHostException) {
      return "unknown host";
    }
    String message = origin.getMessage();
    return message == null ? origin.getClass().getSimpleName() : message;
  }

  static String remedy(Throwable origin) {
    if (origin instanceof UnknownHostException) {
      return NAME_WAY_OUT;
    }
    if (origin instanceof SSLException) {
      return TRUST_WAY_OUT;
    }
    return origin instanceof IOException ? ROUTE_WAY_OUT : SETTINGS_WAY_OUT;
  }
}
