#!/usr/bin/env python3
"""Compares the metrics of random nodes with a second calculation: tools/numbers/compare.py AGENT [NODES [SEED]]

Serves each node's ipamD and instance metadata over HTTP, runs `dry-run --output json`, and compares each value with
truth.py. Prints each difference; if there is one, the exit code is 1. The first node has the number SEED, and the same
number gives the same node. SEED 0 chooses a random number.
"""
import json
import math
import os
import pathlib
import random
import subprocess
import sys
import threading

sys.path.insert(1, str(pathlib.Path(__file__).parents[1] / "ipamd"))

import ipamd
import truth
from nodes import random_node, read_limits
from web import Handler, Server


class Stand(Handler):
    """Answers as ipamD and as instance metadata of the node that is tested now."""
    pages = {}

    def do_PUT(self):
        self.reply(200, "token", headers={"x-aws-ec2-metadata-token-ttl-seconds": 21600})

    def do_GET(self):
        page = self.pages.get(self.path)
        self.reply(*((404, "") if page is None else (200, page)))


def pages(node, chance):
    document = {"instanceId": "i-0abc", "instanceType": node.limit.type, "region": "us-west-2",
                "availabilityZone": "us-west-2a"}
    settings = {"AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG": node.custom_networking, "ENABLE_SUBNET_DISCOVERY": True,
                "AWS_MANAGE_ENIS_NON_SCHEDULABLE": False, "WARM_ENI_TARGET": 1, "WARM_IP_TARGET": 0}
    return {"/v1/enis": ipamd.enis(node, chance), "/v1/ipamd-env-settings": json.dumps(settings),
            "/metrics": ipamd.metrics(node, chance) if node.metrics_answer else None,
            "/latest/dynamic/instance-identity/document": json.dumps(document),
            "/latest/meta-data/instance-id": "i-0abc", "/latest/meta-data/instance-type": node.limit.type,
            "/latest/meta-data/placement/availability-zone": "us-west-2a",
            "/latest/meta-data/placement/region": "us-west-2"}


def differences(agent, node, url):
    env = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    run = subprocess.run(
        [agent, "dry-run", "--output", "json", "--introspection-url", url, "--metrics-url", url + "/metrics",
         "--max-pods", str(node.max_pods), "--host-network-pods", str(node.host_network_pods)],
        env=env | {"AWS_EC2_METADATA_SERVICE_ENDPOINT": url}, stdout=subprocess.PIPE, timeout=60, check=False)
    shown = {metric["name"]: metric.get("total", metric.get("value")) for metric in json.loads(run.stdout)["metrics"]}
    return [f"{name} is {shown.get(name)}, and {expected} is right"
            for name, expected in truth.metrics(node).items() if not same(shown.get(name), expected)]


def same(shown, expected):
    return shown == expected if None in (shown, expected) else math.isclose(shown, expected, rel_tol=1e-9)


def main(agent, nodes="100", seed="0"):
    server = Server(("127.0.0.1", 0), Stand)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    limits, wrong = read_limits(), 0
    first = int(seed) or random.randrange(1, 1_000_000)
    for number in range(first, first + int(nodes)):
        chance = random.Random(number)
        node = random_node(chance, limits)
        Stand.pages = pages(node, chance)
        found = differences(agent, node, "http://%s:%d" % server.server_address)
        wrong += bool(found)
        for difference in found:
            release = ".".join(map(str, node.release))
            print(f"node {number}, {node.limit.type}, release {release}: {difference}", flush=True)
    print(f"{nodes} random nodes from number {first} on: {wrong} with a wrong metric")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
