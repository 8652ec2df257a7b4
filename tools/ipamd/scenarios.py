"""The scenarios: what happens on a node, and what the doctor and the log must say about it.

Each scenario is a function. The list shows the docstring of this function. Every scenario compares the numbers of every
poll.
"""
THROTTLED = {"action": "*", "code": "RequestLimitExceeded", "status": 503}

POD_SUBNET = {"subnets": [{"id": "subnet-0pods", "cidr": "10.20.64.0/18"}], "eni_config": "subnet-0pods"}
CUSTOM_NETWORKING = {"AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG": "true", "MAX_ENI": "3",
                     "ENI_CONFIG_LABEL_DEF": "topology.kubernetes.io/zone"}


def denied(action):
    return {"action": action, "code": "UnauthorizedOperation", "status": 403}


def quick(start):
    """Pods fill the node, the node is full, ipamD restarts. The gate plays this scenario (3 min)."""
    node = start()
    node.pods(30, rate=2)
    node.wait(50)
    # On a busy machine a new ENI can come later than the pods.
    node.doctor("filled", past=["refused-pods"], never=["cooldown"])
    node.pods(58, rate=2)
    node.wait(45)
    node.doctor("full", "node-full", polls=2)
    node.kill_ipamd()
    node.start_ipamd()
    node.ready()
    node.wait(25)
    return node


def pool(start):
    """Pods fill the node, cooldown, restart of ipamD, a removed ENI, removed addresses, an unmanaged ENI."""
    node = start()
    node.wait(25)
    node.doctor("empty")
    node.pods(40, rate=0.5)
    node.wait(125)
    node.doctor("40-pods")
    node.pods(58, rate=1)
    node.wait(45)
    node.doctor("full", "node-full", polls=2)
    node.troubles("noAddressMinutes", "node-full")
    node.pods(10, rate=2)
    node.wait(12)
    node.doctor("cooling", past=["refused-pods"], never=["cooldown", "idle-addresses"])
    node.wait(130)
    node.doctor("shrunk", past=["refused-pods"])
    node.kill_ipamd()
    node.wait(12)
    node.doctor("down", "introspection")
    node.start_ipamd()
    node.ready()
    node.wait(15)
    node.doctor("restarted")
    node.pods(30, rate=1)
    node.wait(75)
    node.change(detach=1)
    node.wait(90)
    # The pods keep their interfaces and routes, but lose their network, and ipamD cannot end them.
    node.doctor("detached", "pod-routes")
    node.change(unassign=[0, 3])
    node.wait(90)
    node.doctor("taken", "pod-routes")
    node.change(attach=5)
    node.wait(90)
    return node


def targets(start):
    """WARM_IP_TARGET and MINIMUM_IP_TARGET: more pods, fewer pods, and new pods that wait for cooling addresses."""
    node = start(WARM_IP_TARGET="5", MINIMUM_IP_TARGET="10")
    node.wait(25)
    node.doctor("empty")
    node.pods(40, rate=0.5)
    node.wait(125)
    node.doctor("40-pods", past=["refused-pods"])
    node.pods(5, rate=2)
    node.wait(140)
    node.doctor("shrunk", past=["refused-pods"])
    node.pods(20, rate=1)
    node.wait(40)
    node.churn(1)
    node.wait(60)
    node.doctor("churn", "cooldown", polls=2)
    node.churn(0)
    node.wait(100)
    node.doctor("after", past=["refused-pods"])
    return node


def prefixes(start):
    """Prefix delegation: more pods, fewer pods, a subnet without a free /28, free /28 blocks again."""
    node = start({"max_pods": 110}, ENABLE_PREFIX_DELEGATION="true")
    node.wait(25)
    node.pods(40, rate=0.5)
    node.wait(110)
    node.doctor("40-pods")
    node.pods(5, rate=2, oldest=True)
    node.wait(105)
    node.doctor("shrunk")
    node.change(faults=[{"action": action, "code": "InsufficientCidrBlocks"}
                        for action in ("AssignPrivateIpAddresses", "CreateNetworkInterface")])
    node.pods(70, rate=2)
    node.wait(60)
    node.doctor("no-blocks", "ec2-no-prefixes", polls=2)
    node.troubles("noAddressMinutes", "ec2-no-prefixes")
    node.change(faults=[])
    node.wait(150)
    node.doctor("blocks-again", past=["ec2-no-prefixes", "refused-pods"])
    return node


def subnet(start):
    """A subnet with only a few free addresses, then with many free addresses again."""
    node = start({"free": 20})
    node.wait(10)
    node.pods(30, rate=1)
    node.wait(75)
    node.doctor("few-left", "ec2-no-addresses", polls=2)
    node.troubles("noAddressMinutes", "ec2-no-addresses")
    node.change(free=4000)
    node.wait(140)
    node.doctor("free-again", past=["ec2-no-addresses", "refused-pods"])
    return node


def throttled(start):
    """While the pool must grow, EC2 throttles every call, later two of three calls.

    Releases before 1.19 repeat a throttled call for up to 15 minutes. Until then they count no error.
    """
    node = start()
    node.wait(5)
    node.change(faults=[THROTTLED])
    node.pods(20, rate=2)
    node.wait(60)
    if not node.is_since(1, 19):
        node.doctor("throttled", "stuck-action", polls=2)
        node.troubles("noAddressMinutes", "stuck-action")
        return node
    node.doctor("throttled", "ec2-throttled", polls=2)
    node.troubles("noAddressMinutes", "ec2-throttled")
    node.change(faults=[{**THROTTLED, "action": action, "left": 2}
                        for action in ("CreateNetworkInterface", "AttachNetworkInterface")])
    node.wait(100)
    node.doctor("grown", past=["ec2-throttled", "refused-pods"])
    return node


def no_rights(start):
    """ipamD's rights are removed while ipamD runs, then before ipamD starts."""
    node = start()
    node.pods(25, rate=2)
    node.wait(70)
    node.change(faults=[denied("*")])
    node.pods(50, rate=2)
    node.wait(70)
    node.doctor("denied", "ec2-denied", polls=2)
    node.troubles("noAddressMinutes", "ec2-denied")
    node.kill_ipamd()
    node.start_ipamd()
    node.until("ipamD ends", node.ipamd_ended, 60)
    node.doctor("denied-at-start", "introspection")
    node.change(faults=[])
    node.start_ipamd()
    node.ready()
    node.wait(40)
    node.doctor("allowed-again", past=["refused-pods"], never=["ec2-denied"])
    return node


def metadata_away(start):
    """Without instance metadata no pod starts, but no counter of refused pods rises."""
    node = start()
    node.wait(20)
    node.metadata(up=False)
    node.pods(8, rate=2)
    node.wait(75)
    node.doctor("away", "metadata-away", polls=2)
    node.troubles("noAddressMinutes", "metadata-away")
    node.metadata(up=True)
    node.wait(100)
    node.doctor("back", past=["metadata-away", "refused-pods"])
    return node


def custom_networking(start):
    """Pods in a subnet of an ENIConfig, with MAX_ENI=3."""
    node = start(POD_SUBNET, **CUSTOM_NETWORKING)
    node.wait(25)
    node.pods(35, rate=1)
    node.wait(70)
    node.doctor("full", "node-full", polls=2)
    return node


def no_eni_config(start):
    """Custom networking, and the ENIConfig of the zone is deleted while ipamD runs."""
    node = start(POD_SUBNET, **CUSTOM_NETWORKING)
    node.wait(25)
    node.change(eni_config=None)
    node.pods(20, rate=2)
    node.wait(200)  # After this time the last call to EC2 is more than three minutes ago.
    node.doctor("deleted", "eniconfig", polls=2)
    return node


def excluded_subnet(start):
    """A tag excludes the node's subnet from use for pods. Releases before 1.22 do not know this tag for the first ENI."""
    node = start({"tags": {"kubernetes.io/role/cni": "0"},
                  "subnets": [{"id": "subnet-0pods", "cidr": "10.20.64.0/18", "tags": {"kubernetes.io/role/cni": "1"}}]})
    node.wait(25)
    node.pods(45, rate=1)
    node.wait(80)
    node.doctor("45-pods", "node-full" if node.is_since(1, 22) else None, polls=2)
    return node


def modes(start):
    """Prefix delegation is switched on while pods hold single addresses, then switched off again."""
    node = start()
    node.pods(8, rate=2)
    node.wait(20)
    node.kill_ipamd()
    node.start_ipamd(ENABLE_PREFIX_DELEGATION="true", WARM_IP_TARGET="5", MINIMUM_IP_TARGET="10")
    node.ready()
    node.wait(25)
    node.pods(30, rate=1)
    node.wait(45)
    node.doctor("prefixes-on")
    node.pods(12, rate=2, oldest=True)
    node.wait(60)
    node.kill_ipamd()
    node.start_ipamd(ENABLE_PREFIX_DELEGATION="false")
    node.ready()
    node.wait(25)
    node.doctor("prefixes-off", "mixed-prefixes", level="warn")
    return node


ALL = (quick, pool, targets, prefixes, subnet, throttled, no_rights, metadata_away, custom_networking,
       no_eni_config, excluded_subnet, modes)
