package io.cnimetrics.doctor;

/** Commands for remedies. They affect the aws-node pod of this node, not the DaemonSet. */
final class Commands {
  /** The placeholder for the node's name. */
  static final String THIS_NODE = "<this node>";

  private static final String ON_THIS_NODE =
      " -l k8s-app=aws-node --field-selector spec.nodeName=" + THIS_NODE;

  static final String FIND_AWS_NODE = "kubectl -n kube-system get pods" + ON_THIS_NODE;
  static final String RESTART_AWS_NODE = "kubectl -n kube-system delete pods" + ON_THIS_NODE;

  private Commands() {}
}
