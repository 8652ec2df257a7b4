package io.cnimetrics.cloudwatch;

import java.io.IOException;
import java.net.UnknownHostException;
import javax.net.ssl.SSLException;

/** Messages and remedies for a request without an answer. */
final class ConnectionErrors {
  static final String CREDENTIALS_REMEDY =
      "give the agent's service account a role (EKS Pod Identity or IRSA), or let the agent use"
          + " the instance's role over the host network; either must allow"
          + " cloudwatch:PutMetricData";

  static final String ROUTE_REMEDY =
      "check the route to CloudWatch: a VPC endpoint for monitoring or a NAT gateway, their"
          + " security"
          + " groups, HTTPS_PROXY and NO_PROXY";

  private static final String NAME_REMEDY =
      "check the region, AWS_ENDPOINT_URL_CLOUDWATCH, and that the node can resolve host names";

  private static final String TRUST_REMEDY =
      "check the node's clock, and that the runtime trusts the certificate authority of the"
          + " endpoint, or of a proxy that intercepts TLS";

  private static final String SETTINGS_REMEDY =
      "check the region and the settings of the AWS SDK, such as AWS_ENDPOINT_URL_CLOUDWATCH";

  private ConnectionErrors() {}

  static String message(Throwable origin) {
    if (origin instanceof UnknownHostException) {
      return "unknown host";
    }
    String message = origin.getMessage();
    return message == null ? origin.getClass().getSimpleName() : message;
  }

  static String remedy(Throwable origin) {
    if (origin instanceof UnknownHostException) {
      return NAME_REMEDY;
    }
    if (origin instanceof SSLException) {
      return TRUST_REMEDY;
    }
    return origin instanceof IOException ? ROUTE_REMEDY : SETTINGS_REMEDY;
  }
}
