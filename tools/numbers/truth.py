"""Calculates a node's metrics from its state, by the descriptions in docs/metrics.md and without code of the agent."""
from nodes import COOLING, HELD

# Counters of the agent that are the sum of a family.
SUMS = {"ipamdErr": "awscni_ipamd_error_count", "addReqCount": "awscni_add_ip_req_count",
        "delReqCount": "awscni_del_ip_req_count", "podENIErr": "awscni_pod_eni_error_count",
        "ec2ApiReqCount": "awscni_ec2api_req_count", "ec2ApiErrCount": "awscni_ec2api_error_count",
        "awsUtilErr": "awscni_aws_utils_error_count", "awsAPIErr": "awscni_aws_api_error_count",
        "reconcileCount": "awscni_reconcile_count", "noAvailableIPAddrs": "awscni_no_available_ip_addresses",
        "forceRemoveENI": "awscni_force_removed_enis", "forceRemoveIPs": "awscni_force_removed_ips"}
# Counters of the agent that are the sum of the series with one of these labels.
PARTS = {"awsAPINoAddressErr": ("awscni_aws_api_error_count", ["InsufficientFree", "InsufficientCidr"]),
         "awsAPIThrottleErr": ("awscni_aws_api_error_count", ["RequestLimitExceeded"]),
         "awsAPIDeniedErr": ("awscni_aws_api_error_count", ["UnauthorizedOperation"]),
         "awsAPIMetadataErr": ("awscni_aws_api_error_count", ["GetVPCIPv4CIDRBlocks"]),
         "poolCorrections": ("awscni_reconcile_count", ["eniReconcile", "eniIPPoolReconcileDel"])}


def metrics(node):
    """The value of each metric; a counter's value is its total. A metric that must be absent is None."""
    enis, prefixes = node.enis, _prefix_mode(node)
    values = {
        "eniAllocated": len(enis), "totalIPAddresses": sum(eni.total for eni in enis),
        "assignIPAddresses": sum(eni.count(HELD) for eni in enis),
        "totalAssignedIPv4sPerCidr": sum(eni.count(HELD) for eni in enis),
        "coolingIPAddresses": sum(eni.count(COOLING) for eni in enis),
        "totalIPv4Prefixes": sum(cidr.prefix for eni in enis for cidr in eni.cidrs)}
    # Each part is a network card of which a pod needs an address.
    parts = [[card] for card in node.cards] if node.multi_nic else [list(node.cards)]
    available = [sum(_available(eni, prefixes) for card in part for eni in node.cards[card]) for part in parts]
    pods = max(0, node.max_pods - node.host_network_pods)
    maximums = [min(pods, sum(_maximum(node, card, prefixes) for card in part)) for part in parts]
    held = [sum(eni.count(HELD) for card in part for eni in node.cards[card]) for part in parts]
    utilizations = [100 * of / most for of, most in zip(held, maximums) if most]
    values |= {"availableIPAddresses": min(available), "effectiveMaxIPAddresses": sum(maximums),
               "nodeIPUtilization": max(utilizations, default=None)}
    return values | _from_metrics(node)


def _prefix_mode(node):
    if node.metrics_answer and node.eni_max is not None:
        return node.prefixes
    return any(cidr.prefix for eni in node.enis for cidr in eni.cidrs)


def _available(eni, prefixes):
    """A pod gets no address of an excluded ENI, no cooling address, and none of the other kind."""
    return 0 if eni.excluded else sum(
        cidr.size - cidr.count(HELD) - cidr.count(COOLING) for cidr in eni.cidrs if cidr.prefix == prefixes)


def _maximum(node, card, prefixes):
    """The addresses of the ENIs that can carry pods."""
    by_gauge = node.metrics_answer and node.eni_max is not None and len(node.cards) == 1
    most = node.eni_max if by_gauge else node.limit.enis_on_card[card]
    enis = node.cards[card]
    without_pods = {eni.id for eni in enis if eni.trunk or eni.excluded}
    if node.custom_networking and card == 0:
        without_pods.add(next((eni.id for eni in enis if eni.primary), "primary"))
    return max(0, most - len(without_pods)) * (node.limit.addresses_per_eni - 1) * (16 if prefixes else 1)


def _from_metrics(node):
    names = [*SUMS, *PARTS, "eniMaxAvailable", "maxIPAddresses"]
    if not node.metrics_answer:
        return dict.fromkeys(names)
    values = {name: sum(node.counters[family].values()) for name, family in SUMS.items()}
    for name, (family, labels) in PARTS.items():
        values[name] = sum(value for series, value in node.counters[family].items()
                           if any(label in series for label in labels))
    if node.eni_max is not None:
        factor = 16 if node.prefixes else 1
        values |= {"eniMaxAvailable": node.eni_max,
                   "maxIPAddresses": node.eni_max * (node.limit.addresses_per_eni - 1) * factor}
    return values
