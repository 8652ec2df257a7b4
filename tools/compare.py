#!/usr/bin/env python3
"""Runs AWS's cni-metrics-helper, Telegraf and the agent beside the same two simulated nodes, through the same events,
and prints what each cost and what its CloudWatch came to hold. Started by tools/compare.sh: `make compare`.

Nodes fill up with pods, until the second one's subnet is empty. Events, in seconds from the first whole minute: ipamD
of the first node restarts, CloudWatch refuses all requests for two minutes, all collectors are stopped and started.
"""

import argparse
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import threading
import time
import urllib.request

from compare_standins import CloudWatch, Kubernetes

IPAMD_RESTARTS, AWAY, BACK, COLLECTORS_RESTART, END = 90, 150, 270, 400, 510
LAST = 75  # after the end, for what is on its way
NODES = [["--pods=5:45:0.1"], ["--pods=10:50:0.2", "--subnet-free=25"]]
TICKS = os.sysconf("SC_CLK_TCK")

TELEGRAF = """
[agent]
  interval = "30s"
  flush_interval = "60s"
  omit_hostname = true
[global_tags]
  CLUSTER_ID = "compare"
[[inputs.prometheus]]
  urls = ["{metrics}"]
  metric_version = 2
  tagexclude = ["url", "address"]
  fieldinclude = ["awscni_*"]
[[outputs.cloudwatch]]
  region = "eu-west-1"
  namespace = "Telegraf"
"""


STARTED = []


def free_port():
    with socket.socket() as some:
        some.bind(("127.0.0.1", 0))
        return some.getsockname()[1]


class Process:
    """One that can be started again."""

    def __init__(self, log, command, environment=None):
        self.log, self.command = open(log, "ab"), [str(part) for part in command]
        self.environment = os.environ | (environment or {})
        self.start()

    def start(self):
        STARTED.append(self)
        self.child = subprocess.Popen(self.command, env=self.environment, stdout=self.log, stderr=self.log)

    def stop(self):
        self.child.send_signal(signal.SIGTERM)
        try:
            self.child.wait(15)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()

    def kill(self):
        if self.child.poll() is None:
            self.child.kill()
            self.child.wait()

    def cpu_seconds(self):
        fields = pathlib.Path(f"/proc/{self.child.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def megabytes(self, field):
        status = pathlib.Path(f"/proc/{self.child.pid}/status").read_text()
        return int(re.search(rf"{field}:\s+(\d+) kB", status)[1]) * 1024 / 1e6


class Node:
    """A simulated node, and the truth of it, second by second."""

    def __init__(self, agent, options, log):
        self.metrics_port, introspection = free_port(), free_port()
        self.metrics = f"http://127.0.0.1:{self.metrics_port}/metrics"
        self.introspection = f"http://127.0.0.1:{introspection}"
        self.assigned, self.added, self.last, self.refused_at = [], [], 0.0, None
        self.process = Process(log, [agent, "simulate", "--instance-type=m5.xlarge", "--seed=7", *options,
                                     f"--metrics-port={self.metrics_port}", f"--introspection-port={introspection}"])

    def look(self, now):
        try:
            with urllib.request.urlopen(self.metrics, timeout=2) as answer:
                text = answer.read().decode()
        except OSError:
            return
        added = total(text, "awscni_add_ip_req_count")
        self.added.append((now, added - self.last if added >= self.last else added))
        self.last = added
        self.assigned.append((now, total(text, "awscni_assigned_ip_addresses")))
        if self.refused_at is None and total(text, "awscni_no_available_ip_addresses") > 0:
            self.refused_at = now


def total(text, family):
    return sum(float(line.rsplit(" ", 1)[1]) for line in re.findall(rf"^{family}(?:\{{.*\}})? .*$", text, re.M))


class Collector:
    """What is compared: its processes, and a CloudWatch of its own."""

    def __init__(self, title, assigned, added, refused):
        self.title, self.assigned, self.added, self.refused = title, assigned, added, refused
        self.cloudwatch, self.processes = CloudWatch(), []

    def start(self, log, command, environment=None):
        # No name of AWS's is ever asked: there is nobody but the stand-in.
        aws = {"AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s", "AWS_REGION": "eu-west-1",
               "AWS_EC2_METADATA_DISABLED": "true",
               "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self.cloudwatch.port}"}
        self.processes.append(Process(log, command, aws | (environment or {})))

    def values(self, name, start, end):
        """The datums of a metric by minute of the value."""
        minutes = {}
        for _, metric, value, at in self.cloudwatch.datums:
            if metric == name and start <= at < end:
                minutes.setdefault(int(at // 60) * 60, []).append(value)
        return minutes


def start_collectors(options, nodes, work):
    agent = Collector("agent", "assignIPAddresses", "addReqCount", "noAvailableIPAddrs")
    helper = Collector("helper", "assignIPAddresses", "addReqCount", None)
    telegraf = Collector("Telegraf", "prometheus_awscni_assigned_ip_addresses", "prometheus_awscni_add_ip_req_count",
                         "prometheus_awscni_no_available_ip_addresses")
    for number, node in enumerate(nodes):
        agent.start(work / f"agent-{number}.log", [
            options.agent, "run", "--cluster-id=compare", f"--node-name=node-{number}",
            f"--introspection-url={node.introspection}", f"--metrics-url={node.metrics}",
            f"--health-address=127.0.0.1:{free_port()}", f"--state-dir={work / f'state-{number}'}"])
        config = work / f"telegraf-{number}.conf"
        config.write_text(TELEGRAF.format(metrics=node.metrics))
        telegraf.start(work / f"telegraf-{number}.log", [options.telegraf, "--config", config])
    kubernetes = Kubernetes([node.metrics for node in nodes])
    config = work / "kubeconfig"
    config.write_text(json.dumps({
        "clusters": [{"name": "c", "cluster": {"server": f"http://127.0.0.1:{kubernetes.port}"}}],
        "contexts": [{"name": "c", "context": {"cluster": "c", "user": ""}}],
        "current-context": "c"}))
    helper.start(work / "helper.log", [options.helper], {"KUBECONFIG": str(config), "AWS_CLUSTER_ID": "compare"})
    return [agent, helper, telegraf]


def watch(nodes, until):
    while time.time() < until:
        now = time.time()
        for node in nodes:
            node.look(now)
        time.sleep(max(0.0, 1 - (time.time() - now)))


def run(options, work):
    nodes = [Node(options.agent, extra, work / f"node-{i}.log") for i, extra in enumerate(NODES)]
    time.sleep(3)
    collectors = start_collectors(options, nodes, work)
    start = (int(time.time() + 20) // 60 + 1) * 60
    wait = threading.Thread(target=watch, args=(nodes, start + END), daemon=True)
    wait.start()
    at(start)
    spent = {each: each.cpu_seconds() for each in all_processes(collectors)}
    at(start + IPAMD_RESTARTS)
    nodes[0].process.kill()
    nodes[0].process.start()
    at(start + AWAY)
    for each in collectors:
        each.cloudwatch.away = True
    at(start + BACK)
    for each in collectors:
        each.cloudwatch.away = False
    at(start + COLLECTORS_RESTART)
    for each in collectors:
        each.megabytes = [[p.megabytes(field) for p in each.processes] for field in ("VmRSS", "RssAnon")]
        each.cpu = [(p.cpu_seconds() - spent[p]) / COLLECTORS_RESTART for p in each.processes]
        for process in each.processes:
            process.stop()
            process.start()
    at(start + END + LAST)
    return nodes, collectors, start


def all_processes(collectors):
    return [process for each in collectors for process in each.processes]


def at(instant):
    time.sleep(max(0, instant - time.time()))


def report(nodes, collectors, start):
    end = start + END // 60 * 60
    minutes = range(start, end, 60)
    added = sum(more for node in nodes for when, more in node.added if start <= when < end)
    print(f"two nodes, {len(minutes)} minutes; addresses asked for: {added:.0f}; assigned at each minute's end: "
          + " ".join(f"{assigned_at(nodes, minute + 59):.0f}" for minute in minutes))
    for each in collectors:
        hours = (END + LAST) / 3600
        cloudwatch = each.cloudwatch
        sums = each.values(each.added, start, end)
        assigned = each.values(each.assigned, start, end)
        first = min((when for when, name, value, _ in cloudwatch.datums if name == each.refused and value > 0),
                    default=None)
        refused = min(node.refused_at for node in nodes if node.refused_at)
        counts = [len(assigned.get(minute, [])) for minute in minutes]
        print(f"""
{each.title}: {len(each.processes)} process(es)
  RSS, anonymous MB    {mean(each.megabytes[0]):.1f}, {mean(each.megabytes[1]):.1f} each
  CPU                  {100 * mean(each.cpu):.2f} % of a core each
  an hour, both nodes  {cloudwatch.requests / hours:.0f} requests, {cloudwatch.body_bytes / hours:,.0f} body bytes, \
{len(cloudwatch.datums) / hours:,.0f} datums; {cloudwatch.refused} refused in the outage
  {each.added}: Sum {sum(sum(values) for values in sums.values()):.0f}, true {added:.0f}
  {each.assigned}: Sum by minute {" ".join(f"{sum(assigned.get(minute, [])):.0f}" for minute in minutes)}
  datums of it by minute    {" ".join(map(str, counts))}
  first refused pod to datum {f"{first - refused:.0f} s" if first else "never"}""")


def assigned_at(nodes, instant):
    return sum(([value for when, value in node.assigned if when <= instant] or [0])[-1] for node in nodes)


def mean(numbers):
    return sum(numbers) / len(numbers)


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    for name in ("agent", "helper", "telegraf", "logs"):
        arguments.add_argument(f"--{name}", required=True)
    options = arguments.parse_args()
    try:
        report(*run(options, pathlib.Path(options.logs)))
    finally:
        for each in STARTED:
            each.kill()


if __name__ == "__main__":
    main()
