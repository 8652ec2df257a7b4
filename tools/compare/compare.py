#!/usr/bin/env python3
"""Runs AWS's cni-metrics-helper, Telegraf and the agent on the same two simulated nodes with the same events. Each
program
has its own stand-in for CloudWatch. Prints the cost of each program and the data that its stand-in received.
tools/compare/compare.sh starts this script (`make compare`).

The times of the events are in seconds after a full minute. The events are:
1. The collectors start, then ipamD starts on both nodes.
2. Pods fill the nodes until the subnet of the second node is empty.
3. ipamD of the first node is killed and restarted.
4. CloudWatch rejects all requests for 2 minutes.
5. All collectors are stopped and started.
In the last minute no pod requests an address.
"""

import argparse
import json
import pathlib
import sys
import threading
import time

from nodes import STARTED, Node, Process, free_port, kill
from report import Events, Run, costs, counts, unexplained
from standins import CloudWatch, Kubernetes, metrics_port

LEAD = 40  # from the start of the collectors to the start of ipamD
EVENTS = Events(ipamd_restarts=90, away=150, back=270, collectors_restart=400, quiet=480, end=540)
LAST = 75  # time after the end for requests that are still running
NODES = [["--pods=5:45:0.25"], ["--pods=10:50:0.2", "--subnet-free=25"]]

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


class Collector:
    """A compared program, with its processes and its own stand-in for CloudWatch."""

    def __init__(self, title, assigned, added, refused):
        self.title, self.assigned, self.added, self.refused = title, assigned, added, refused
        self.cloudwatch, self.processes = CloudWatch(), []

    def add(self, log, command, environment=None):
        # The program calls only the stand-in, never AWS.
        aws = {"AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s", "AWS_REGION": "eu-west-1",
               "AWS_EC2_METADATA_DISABLED": "true",
               "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self.cloudwatch.port}"}
        self.processes.append(Process(log, command, aws | (environment or {})))

    def start(self):
        for process in self.processes:
            process.start()

    def measure_start(self):
        self.cpu_of_start = [process.cpu_seconds() for process in self.processes]

    def measure(self):
        self.rss, self.anonymous = ([p.megabytes(field) for p in self.processes] for field in ("VmRSS", "RssAnon"))
        self.cpu = [p.cpu_seconds() - before for p, before in zip(self.processes, self.cpu_of_start)]
        self.cpu_minutes = EVENTS.collectors_restart / 60

    def values(self, name, start, end):
        """Returns the datums of a metric by the minute of their values."""
        minutes = {}
        for _, metric, value, at in self.cloudwatch.datums:
            if metric == name and start <= at < end:
                minutes.setdefault(int(at // 60) * 60, []).append(value)
        return minutes


def make_collectors(options, nodes, work):
    agent = Collector("agent", "assignIPAddresses", "addReqCount", "noAvailableIPAddrs")
    helper = Collector("helper", "assignIPAddresses", "addReqCount", None)
    telegraf = Collector("Telegraf", "prometheus_awscni_assigned_ip_addresses", "prometheus_awscni_add_ip_req_count",
                         "prometheus_awscni_no_available_ip_addresses")
    for number, node in enumerate(nodes):
        agent.add(work / f"agent-{number}.log", [
            *agent_command(options), "run", "--cluster-id=compare", f"--node-name=node-{number}",
            f"--introspection-url={node.introspection}", f"--metrics-url={metrics_url(node, agent)}",
            f"--health-address=127.0.0.1:{free_port()}", f"--state-dir={work / f'state-{number}'}"],
            {"MALLOC_ARENA_MAX": "1"} if options.image else {})
        config = work / f"telegraf-{number}.conf"
        config.write_text(TELEGRAF.format(metrics=metrics_url(node, telegraf)))
        telegraf.add(work / f"telegraf-{number}.log", [options.telegraf, "--config", config])
    kubernetes = Kubernetes(nodes, helper.title)
    config = work / "kubeconfig"
    config.write_text(json.dumps({
        "clusters": [{"name": "c", "cluster": {"server": f"http://127.0.0.1:{kubernetes.port}"}}],
        "contexts": [{"name": "c", "context": {"cluster": "c", "user": ""}}],
        "current-context": "c"}))
    helper.add(work / "helper.log", [options.helper], {"KUBECONFIG": str(config), "AWS_CLUSTER_ID": "compare"})
    return [agent, helper, telegraf]


def agent_command(options):
    """Returns the command of the Dockerfile, or the launcher of the distribution if there is no image."""
    if options.image:
        return [f"{options.image}/runtime/bin/java", f"@{options.image}/agent.args"]
    return [options.agent]


def metrics_url(node, collector):
    return f"http://127.0.0.1:{metrics_port(node, collector.title)}/metrics"


def watch(nodes, start):
    """Reads the true values every second."""
    for second in range(EVENTS.end):
        at(start + second)
        for node in nodes:
            node.read("truth")


def run(options, work):
    work.mkdir()
    nodes = [Node(options.agent, extra, work / f"node-{i}.log") for i, extra in enumerate(NODES)]
    collectors = make_collectors(options, nodes, work)
    start = (int(time.time() + LEAD) // 60 + 1) * 60
    print(f"until {time.strftime('%H:%M:%S', time.localtime(start + EVENTS.end + LAST))} ...", file=sys.stderr)
    at(start - LEAD)
    for each in collectors:
        each.start()
    at(start)
    for each in collectors:
        each.measure_start()
    for node in nodes:
        node.process.start()
    threading.Thread(target=watch, args=(nodes, start), daemon=True).start()
    play(nodes, collectors, start)
    for each in collectors:
        for process in each.processes:
            process.stop()
    for node in nodes:
        kill(node.process.child)
    (work / "reads.json").write_text(json.dumps([node.reads for node in nodes]))
    (work / "datums.json").write_text(json.dumps({each.title: each.cloudwatch.datums for each in collectors}))
    return Run(nodes, collectors, start, EVENTS)


def play(nodes, collectors, start):
    at(start + EVENTS.ipamd_restarts)
    nodes[0].restart()
    at(start + EVENTS.away)
    for each in collectors:
        each.cloudwatch.away = True
    at(start + EVENTS.back)
    for each in collectors:
        each.cloudwatch.away = False
    at(start + EVENTS.collectors_restart)
    for each in collectors:
        each.measure()
        for process in each.processes:
            process.stop()
            process.start()
    at(start + EVENTS.quiet)
    for node in nodes:
        node.be_quiet()
    at(start + EVENTS.end + LAST)


def at(instant):
    time.sleep(max(0, instant - time.time()))


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    for name in ("agent", "helper", "telegraf", "logs"):
        arguments.add_argument(f"--{name}", required=True)
    arguments.add_argument("--image", help="output of tools/image/build.sh; if missing, --agent is measured")
    arguments.add_argument("--runs", type=int, default=1)
    options = arguments.parse_args()
    runs = []
    try:
        for number in range(1, options.runs + 1):
            runs.append(run(options, pathlib.Path(options.logs) / f"run-{number}"))
            print(f"\nRun {number} of {options.runs}\n\n{counts(runs[-1])}", flush=True)
    finally:
        for child in STARTED:
            kill(child)
    started = "image" if options.image else "distribution"
    print(f"\nMedians of {len(runs)} run(s); the agent runs as the {started} starts it\n\n"
          f"{costs(runs)}")
    if any(unexplained(each) for each in runs):
        sys.exit("the agent's counts differ from what it could read: this is a bug")


if __name__ == "__main__":
    main()
