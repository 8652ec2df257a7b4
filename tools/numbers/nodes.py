"""A random IPv4 node: its instance type, its network interfaces and what ipamD counted."""
import ipaddress
import pathlib
from dataclasses import dataclass, field

LIMITS = pathlib.Path(__file__).parents[2] / "agent/src/main/resources/io/cnimetrics/capacity/eni-limits.txt"
# Releases with another format of /v1/enis than the release before.
RELEASES = [(1, 5), (1, 7), (1, 9), (1, 10), (1, 15), (1, 20), (1, 22), (1, 23)]
# What happened to an address. ipamD does not list the other addresses of a prefix.
HELD, COOLING, COOLED, NEVER_USED = "held", "cooling", "cooled", "never used"


@dataclass
class Limit:
    type: str
    enis_on_card: list[int]
    addresses_per_eni: int  # with the ENI's own address, which no pod gets


@dataclass
class Cidr:
    network: str
    prefix: bool
    addresses: dict[str, str]  # from an address to what happened to it

    @property
    def size(self):
        return 16 if self.prefix else 1

    def count(self, state):
        return list(self.addresses.values()).count(state)


@dataclass
class Eni:
    id: str
    device: int
    primary: bool
    trunk: bool = False
    excluded: bool = False
    cidrs: list[Cidr] = field(default_factory=list)

    @property
    def total(self):
        return sum(cidr.size for cidr in self.cidrs)

    def count(self, state):
        return sum(cidr.count(state) for cidr in self.cidrs)


@dataclass
class Node:
    release: tuple[int, int]
    limit: Limit
    prefixes: bool
    custom_networking: bool
    multi_nic: bool  # a pod has an address on each network card
    max_pods: int
    host_network_pods: int
    cards: dict[int, list[Eni]]
    eni_max: int | None  # ipamD's gauge; None if /metrics lacks the gauges
    counters: dict[str, dict[str, int]]  # from a family to its series: labels and value
    metrics_answer: bool

    @property
    def enis(self):
        return [eni for enis in self.cards.values() for eni in enis]


def read_limits():
    """The agent's table of instance types."""
    rows = [line.split() for line in LIMITS.read_text().splitlines() if not line.startswith("#")]
    return [Limit(row[0], [int(enis) for enis in row[1].split(",")], int(row[2])) for row in rows]


def random_node(random, limits):
    # Only one type in twenty has several network cards. Therefore each fourth node gets one of them.
    several_cards = [limit for limit in limits if len(limit.enis_on_card) > 1]
    release, limit = random.choice(RELEASES), random.choice(random.choice([limits, limits, limits, several_cards]))
    prefixes = release >= (1, 9) and random.random() < 0.4
    custom_networking = random.random() < 0.2
    several = release >= (1, 20) and len(limit.enis_on_card) > 1 and random.random() < 0.6
    pool = _Pool(random, release, limit, prefixes, custom_networking)
    cards = random.randint(2, len(limit.enis_on_card)) if several else 1
    enis = {card: pool.enis(card) for card in range(cards) if card == 0 or limit.enis_on_card[card] > 0}
    eni_max = max(1, limit.enis_on_card[0] - (random.random() < 0.2)) if random.random() < 0.6 else None
    # Only addresses with pods show that each pod has an address on each card.
    has_pods = any(eni.count(HELD) for each in enis.values() for eni in each)
    multi_nic = len(enis) > 1 and has_pods and random.random() < 0.6
    return Node(release, limit, prefixes, custom_networking, multi_nic, random.choice([29, 58, 110, 250]),
                random.choice([2, 3]), enis, eni_max, _counters(random), random.random() < 0.85)


class _Pool:
    """Gives each ENI random addresses. No address is on two ENIs."""

    def __init__(self, random, release, limit, prefixes, custom_networking):
        self.random, self.release, self.limit = random, release, limit
        self.prefixes, self.custom_networking = prefixes, custom_networking
        # A change of ENABLE_PREFIX_DELEGATION leaves addresses of both kinds.
        self.mixed = release >= (1, 9) and random.random() < 0.15
        self.singles = ipaddress.ip_network("10.128.0.0/9").hosts()
        self.networks = ipaddress.ip_network("10.0.0.0/9").subnets(new_prefix=28)

    def enis(self, card):
        most = self.limit.enis_on_card[card]
        attached = min(most, self.random.choice([0, 1, 1, 2, 2, 3, 4, most - 1, most]))
        enis = [Eni(f"eni-{card}-{device}", device, card == 0 and device == 0) for device in range(attached)]
        for eni in enis:
            may_be_trunk = self.release >= (1, 7) and card == 0 and not eni.primary
            eni.trunk = may_be_trunk and not any(each.trunk for each in enis) and self.random.random() < 0.12
            eni.excluded = self.release >= (1, 22) and self.random.random() < 0.12
            slots = self.limit.addresses_per_eni - 1
            used = 0 if self.custom_networking and eni.primary else self.random.choice([0, 1, slots // 2, slots, slots])
            eni.cidrs = [self._cidr(eni) for _ in range(used)]
        return enis

    def _cidr(self, eni):
        prefix = self.prefixes != (self.mixed and self.random.random() < 0.4)
        network = next(self.networks) if prefix else next(self.singles)
        states = [HELD, HELD, COOLING, COOLED, NEVER_USED]
        if eni.excluded:  # A pod that started before the subnet was excluded keeps its address.
            states += [NEVER_USED] * 5
        addresses = {str(address): self.random.choice(states)
                     for address in (network if prefix else [network]) if not prefix or self.random.random() < 0.8}
        return Cidr(str(network) if prefix else f"{network}/32", prefix, addresses)


def _counters(random):
    """Random series of each family. A family without series is absent from /metrics."""
    some = {
        "awscni_ipamd_error_count": ["fn"], "awscni_del_ip_req_count": ["reason"],
        "awscni_pod_eni_error_count": ["fn"], "awscni_ec2api_req_count": ["fn"],
        "awscni_ec2api_error_count": ["fn"], "awscni_aws_utils_error_count": ["fn", "error"]}
    counters = {family: {_labels(names, number): random.choice([0, 1, 7, 1000, 123456789])
                         for number in range(random.randint(0, 3))} for family, names in some.items()}
    for family in ["awscni_add_ip_req_count", "awscni_force_removed_enis", "awscni_force_removed_ips",
                   "awscni_no_available_ip_addresses"]:
        counters[family] = {"": random.choice([0, 3, 55])} if random.random() < 0.8 else {}
    counters["awscni_reconcile_count"] = {
        f'{{fn="{fn}"}}': random.randint(0, 900)
        for fn in ["eniReconcileAdd", "eniReconcileDel", "eniIPPoolReconcileDel", "eniDataStorePoolReconcileAdd"]}
    counters["awscni_aws_api_error_count"] = {
        f'{{api="{api}",error="{code}"}}': random.randint(1, 9)
        for api, code in [("CreateNetworkInterface", "InsufficientFreeAddressesInSubnet"),
                          ("AssignPrivateIpAddresses", "InsufficientCidrBlocks"),
                          ("CreateNetworkInterface", "RequestLimitExceeded"),
                          ("AttachNetworkInterface", "UnauthorizedOperation"),
                          ("GetVPCIPv4CIDRBlocks", "IMDSRequestError"),
                          ("CreateNetworkInterface", "InvalidGroup.NotFound")] if random.random() < 0.4}
    return counters


def _labels(names, number):
    """Labels with each character that a text format can stumble over."""
    return "{" + ",".join(f'{name}="a\\"{number},}}{{ \\\\ é"' for name in names) + "}"
