"""Which nodes a pod may run on: the part of the scheduler's rules that the manifests use."""


def runs_on(pod, node):
    """Whether a pod with this spec may run on a node with these labels and taints."""
    labels, taints = node
    required = pod["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
    return (
        all(labels.get(key) == value for key, value in pod.get("nodeSelector", {}).items())
        and any(_matches(term, labels) for term in required["nodeSelectorTerms"])
        and all(_tolerated(taint, pod.get("tolerations", [])) for taint in taints)
    )


def _matches(term, labels):
    if set(term) != {"matchExpressions"}:
        raise ValueError(f"unknown in a node selector term: {sorted(term)}")
    return all(_holds(each, labels) for each in term["matchExpressions"])


def _holds(expression, labels):
    value = labels.get(expression["key"])
    operator = expression["operator"]
    if operator == "In":
        return value in expression["values"]
    if operator == "NotIn":
        return value not in expression["values"]
    if operator == "Exists":
        return value is not None
    if operator == "DoesNotExist":
        return value is None
    raise ValueError(f"unknown operator of a node selector: {operator}")


def _tolerated(taint, tolerations):
    return any(
        each.get("effect") in (None, taint["effect"])
        and each.get("key") in (None, taint["key"])
        and (each.get("operator", "Equal") == "Exists" or each.get("value") == taint.get("value"))
        for each in tolerations
    )
