"""Writes a node's state as ipamD of the node's release does."""
import base64
import ipaddress
import json
import time
from datetime import datetime, timezone

from nodes import COOLED, COOLING, HELD

NEVER = "0001-01-01T00:00:00Z"


def enis(node, random):
    """The body of /v1/enis."""
    cards = {str(card): _card(node, enis, random) for card, enis in node.cards.items()}
    return json.dumps(cards if node.release >= (1, 20) else cards["0"])


def _card(node, enis, random):
    documents = [(eni.id, _eni(node, eni, random)) for eni in enis]
    random.shuffle(documents)
    return {"TotalIPs": sum(eni.total for eni in enis), "AssignedIPs": sum(eni.count(HELD) for eni in enis),
            "ENIIPPools" if node.release == (1, 5) else "ENIs": dict(documents)}


def _eni(node, eni, random):
    document = {"ID": eni.id, "IsPrimary": eni.primary, "DeviceNumber": eni.device}
    if node.release >= (1, 7):
        document |= {"IsTrunk": eni.trunk, "IsEFA": False}
    if node.release >= (1, 20):
        document["RouteTableID"] = 254
    if node.release >= (1, 22):
        document |= {"IsExcludedForPodIPs": eni.excluded, "SubnetID": "subnet-1"}
    if node.release < (1, 9):
        addresses = {address: _address(node, address, state, random)
                     for cidr in eni.cidrs for address, state in cidr.addresses.items()}
        assigned = {"AssignedIPv4Addresses": eni.count(HELD)} if node.release == (1, 5) else {}
        return document | assigned | {"IPv4Addresses": addresses}
    return document | {"AvailableIPv4Cidrs": {cidr.network: _cidr(node, cidr, random) for cidr in eni.cidrs},
                       **({"IPv6Cidrs": {}} if node.release >= (1, 10) else {})}


def _cidr(node, cidr, random):
    network = ipaddress.ip_network(cidr.network)
    return {"Cidr": {"IP": str(network.network_address), "Mask": base64.b64encode(network.netmask.packed).decode()},
            "IPv4Addresses" if node.release == (1, 9) else "IPAddresses":
                {address: _address(node, address, state, random) for address, state in cidr.addresses.items()},
            "IsPrefix": cidr.prefix, "AddressFamily": ""}


def _address(node, address, state, random):
    ago = {COOLING: random.uniform(0.5, 12), COOLED: random.uniform(60, 5000)}.get(state)
    document = {"Address": address, "UnassignedTime": NEVER if ago is None else _time(time.time() - ago)}
    if node.release == (1, 5):
        return document | {"Assigned": state == HELD}
    document["IPAMKey"] = _key(node, random) if state == HELD else _key_of("", "", "")
    if node.release >= (1, 11):
        metadata = {"k8sPodNamespace": "default", "k8sPodName": address} if state == HELD else {}
        if state == HELD and node.multi_nic:
            metadata["interfacesCount"] = len(node.cards)
        document |= {"AssignedTime": _time(time.time() - 4000) if state == HELD else NEVER, "IPAMMetadata": metadata}
    return document


def _key(node, random):
    if node.release >= (1, 23):
        return _key_of("aws-cni", "", "")
    return random.choice([_key_of("aws-cni", "c0ffee", "eth0"), _key_of("_migrated-from-cri", "c0ffee", "unknown")])


def _key_of(network, container, interface):
    return {"networkName": network, "containerID": container, "ifName": interface}


def _time(seconds):
    whole = datetime.fromtimestamp(int(seconds), timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")
    return whole + f".{seconds % 1:.9f}"[2:].rstrip("0").rstrip(".") + "Z"


def metrics(node, random):
    """The body of /metrics: lines in any order, values in any notation."""
    lines = ["# HELP awscni_eni_max any text", "# TYPE awscni_eni_max gauge", "process_start_time_seconds 1.7e9"]
    if node.eni_max is not None:
        factor = 16 if node.prefixes else 1
        lines += [f"awscni_eni_max {node.eni_max}",
                  f"awscni_ip_max {node.eni_max * (node.limit.addresses_per_eni - 1) * factor}"]
    for family, series in node.counters.items():
        for labels, value in series.items():
            notation, time_of_sample = random.choice(["d", ".8e"]), random.choice(["", " 1700000000000"])
            lines.append(f"{family}{labels} {value:{notation}}{time_of_sample}")
    random.shuffle(lines)
    end = random.choice(["\n", "\r\n"])
    return end.join(lines) + end
