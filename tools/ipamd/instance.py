"""One EC2 instance and its subnets, as EC2 knows them. ipamD's data is compared with this instance.

An attached ENI is a veth in the network namespace. The veth has the ENI's MAC, because ipamD searches links by MAC.
A dummy device would be enough, but kernels of containers often do not support dummy devices.
"""
import ipaddress
import random
import subprocess
import threading

INSTANCE_ID = "i-0a1b2c3d4e5f60718"
VPC, VPC_CIDR = "vpc-0aaa1111bbbb2222c", "10.20.0.0/16"
REGION, ZONE, ACCOUNT = "us-west-2", "us-west-2a", "123456789012"
NODE_NAME, NODE_ADDRESS, CLUSTER = "ip-10-20-0-10.us-west-2.compute.internal", "10.20.0.10", "bench"
NODE_SUBNET, NODE_SUBNET_CIDR = "subnet-0f00ba4c0ffee0001", "10.20.0.0/18"
SECURITY_GROUP = "sg-0123456789abcdef0"


class Ec2Error(Exception):
    """An error that EC2 returns instead of a result."""

    def __init__(self, code, message, status=400):
        super().__init__(message)
        self.code, self.message, self.status = code, message, status


class Subnet:
    """The addresses of a subnet. Other users hold addresses, so that `free` addresses remain."""

    def __init__(self, subnet_id, cidr, free=4000, tags=None):
        self.id, self.cidr, self.tags = subnet_id, ipaddress.ip_network(cidr), tags or {}
        # The first 16 addresses (instance, gateway) and the last 16 (broadcast address) are not for pods.
        self.pool = set(list(self.cidr)[16:-16])
        self.set_free(free)

    def set_free(self, free):
        self.used_by_others = max(0, len(self.pool) - free)

    @property
    def free(self):
        return len(self.pool) - self.used_by_others

    def take_addresses(self, count):
        """Takes single addresses from the top of the subnet. Prefixes come from the bottom of the subnet."""
        if self.free < count:
            raise Ec2Error("InsufficientFreeAddressesInSubnet",
                           "The specified subnet does not have enough free addresses to satisfy the request.")
        taken = sorted(self.pool, reverse=True)[:count]
        self.pool.difference_update(taken)
        return [str(address) for address in sorted(taken)]

    def take_prefixes(self, count):
        blocks = self.cidr.subnets(new_prefix=28) if self.free >= 16 * count else []
        taken = []
        for block in blocks:
            if len(taken) == count:
                break
            if set(block) <= self.pool:
                taken.append(block)
        if len(taken) < count:
            raise Ec2Error("InsufficientCidrBlocks", "There are not enough free cidr blocks in the specified subnet.")
        for block in taken:
            self.pool.difference_update(block)
        return [str(block) for block in taken]

    def give_back(self, addresses=(), prefixes=()):
        self.pool.update(ipaddress.ip_address(address) for address in addresses)
        for prefix in prefixes:
            self.pool.update(ipaddress.ip_network(prefix))


class Eni:
    """An ENI. `device` is None while the ENI is not attached."""

    def __init__(self, subnet, primary, addresses=(), prefixes=(), tags=None, description=""):
        self.id = f"eni-0{random.getrandbits(60):016x}"
        self.mac = "02:" + ":".join(f"{random.randrange(256):02x}" for _ in range(5))
        self.subnet, self.primary, self.addresses, self.prefixes = subnet, primary, list(addresses), list(prefixes)
        self.tags, self.description = tags or {}, description
        self.device = self.attachment = None
        # Instance metadata follows EC2 with a delay.
        self.in_metadata, self.shown_addresses, self.shown_prefixes = False, self.addresses, self.prefixes

    @property
    def slots(self):
        return 1 + len(self.addresses) + len(self.prefixes)


class Instance:
    """The instance's ENIs. The caller must hold `lock` for every method except `later`."""

    def __init__(self, settings):
        self.lock = threading.RLock()
        self.type = settings.get("instance_type", "m5.xlarge")
        self.eni_limit, self.slot_limit = settings.get("enis", 4), settings.get("slots", 15)
        self.max_pods = settings.get("max_pods", 58)
        self.ec2_latency, self.metadata_delay = 0.15, 1.0
        self.faults, self.calls = [], {}
        self.subnets = {NODE_SUBNET: Subnet(NODE_SUBNET, NODE_SUBNET_CIDR, settings.get("free", 4000),
                                            settings.get("tags", {}))}
        for more in settings.get("subnets", []):
            self.subnets[more["id"]] = Subnet(more["id"], more["cidr"], tags=more.get("tags"))
        self.enis = {}
        primary = Eni(self.subnets[NODE_SUBNET], NODE_ADDRESS, tags={"eks:cluster-name": CLUSTER})
        primary.in_metadata = True
        self.enis[primary.id] = primary
        self._link(primary, 0)
        ip("addr", "add", f"{NODE_ADDRESS}/18", "dev", "eth0")
        ip("link", "set", "eth0", "up")
        ip("route", "add", "default", "via", "10.20.0.1", "dev", "eth0")

    def attached(self):
        return [eni for eni in self.enis.values() if eni.attachment]

    def find(self, eni_id):
        if eni_id not in self.enis:
            raise Ec2Error("InvalidNetworkInterfaceID.NotFound", f"The networkInterface ID '{eni_id}' does not exist")
        return self.enis[eni_id]

    def check_slots(self, wanted):
        if wanted > self.slot_limit:
            raise Ec2Error("PrivateIpAddressLimitExceeded", "Number of private addresses will exceed limit.")

    def create(self, subnet_id, addresses, prefixes, tags=None, description=""):
        """Succeeds for all addresses or for no address, like EC2."""
        if subnet_id not in self.subnets:
            raise Ec2Error("InvalidSubnetID.NotFound", f"The subnet ID '{subnet_id}' does not exist")
        self.check_slots(1 + addresses + prefixes)
        subnet = self.subnets[subnet_id]
        taken = subnet.take_addresses(1 + addresses)
        try:
            blocks = subnet.take_prefixes(prefixes)
        except Ec2Error:
            subnet.give_back(taken)
            raise
        eni = Eni(subnet, taken[0], taken[1:], blocks, tags, description)
        self.enis[eni.id] = eni
        return eni

    def attach(self, eni, device):
        if len(self.attached()) >= self.eni_limit:
            raise Ec2Error("AttachmentLimitExceeded",
                           f"Interface count {self.eni_limit + 1} exceeds the limit for {self.type}")
        if any(other.device == device for other in self.attached()):
            raise Ec2Error("InvalidParameterValue", f"An interface is attached at device index '{device}'.")
        self._link(eni, device)
        self.show(eni)
        self.later(lambda: setattr(eni, "in_metadata", eni.attachment is not None))

    def detach(self, eni):
        ip("link", "del", f"eth{eni.device}")
        eni.device = eni.attachment = None
        eni.in_metadata = False

    def delete(self, eni):
        if eni.attachment:
            raise Ec2Error("InvalidNetworkInterface.InUse", f"Interface: {eni.id} in use.")
        eni.subnet.give_back([eni.primary] + eni.addresses, eni.prefixes)
        del self.enis[eni.id]

    def assign(self, eni, addresses, prefixes):
        self.check_slots(eni.slots + addresses + prefixes)
        taken, blocks = eni.subnet.take_addresses(addresses), eni.subnet.take_prefixes(prefixes)
        eni.addresses += taken
        eni.prefixes += blocks
        self.show(eni)
        return taken, blocks

    def unassign(self, eni, addresses, prefixes):
        unknown = [name for name in addresses + prefixes if name not in eni.addresses + eni.prefixes]
        if unknown:
            raise Ec2Error("InvalidParameterValue", f"{unknown} are not assigned to interface {eni.id}")
        eni.addresses = [address for address in eni.addresses if address not in addresses]
        eni.prefixes = [prefix for prefix in eni.prefixes if prefix not in prefixes]
        eni.subnet.give_back(addresses, prefixes)
        self.show(eni)

    def show(self, eni):
        state = list(eni.addresses), list(eni.prefixes)

        def update():
            eni.shown_addresses, eni.shown_prefixes = state

        self.later(update)

    def later(self, action):
        def locked():
            with self.lock:
                action()

        timer = threading.Timer(self.metadata_delay, locked)
        timer.daemon = True
        timer.start()

    def truth(self):
        attached = self.attached()
        return {"enis": len(attached),
                "addresses": sum(len(eni.addresses) + 16 * len(eni.prefixes) for eni in attached),
                "prefixes": sum(len(eni.prefixes) for eni in attached),
                "free": {subnet.id: subnet.free for subnet in self.subnets.values()}, "calls": self.calls}

    def _link(self, eni, device):
        eni.device, eni.attachment = device, f"eni-attach-0{random.getrandbits(60):016x}"
        name = f"eth{device}"
        ip("link", "add", name, "address", eni.mac, "type", "veth", "peer", "name", f"p-{name}")
        ip("link", "set", f"p-{name}", "up")


def ip(*arguments):
    subprocess.run(["ip", *arguments], check=True, capture_output=True)
