package io.cnimetrics.cli;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says what it means to publish where AWS's helper does. */
final class NamespaceWarning {
  private static final Logger log = LoggerFactory.getLogger(NamespaceWarning.class);
  private static final String HELPER_NAMESPACE = "Kubernetes";

  private NamespaceWarning() {}

  static void tell(String namespace) {
    if (namespace.equals(HELPER_NAMESPACE)) {
      log.warn(
          "namespace={} is that of AWS's cni-metrics-helper: the names are the same, but a cluster's"
              + " value is the Sum over its nodes here, so old alarms may never fire, and two"
              + " publishers mix",
          HELPER_NAMESPACE);
    }
  }
}
