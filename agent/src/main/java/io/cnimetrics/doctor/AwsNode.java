package io.cnimetrics.doctor;

/** Commands on this node's own pod of aws-node: those on the DaemonSet would mean every node. */
final class AwsNode {
  /** In a remedy, where the node's name is to stand. */
  static final String THIS_NODE = "<this node>";

  private static final String OF_THIS_NODE =
      " -l k8s-app=aws-node --field-selector spec.nodeName=" + THIS_NODE;

  static final String FIND = "kubectl -n kube-system get pods" + OF_THIS_NODE;
  static final String RESTART = "kubectl -n kube-system delete pods" + OF_THIS_NODE;

  private AwsNode() {}
}
