"""Samples the true state of a node each second, and compares the agent's polls with these samples."""
import collections
import json
import re
import threading
import time
from datetime import datetime

from web import get

# Samples this close to a poll are accepted, because the node changes during the poll.
WINDOW_SECONDS = 2.5
# ipamD adds an ENI to its pool some seconds after EC2 attached it.
EC2_SECONDS = 10
# ipamD reads EC2's data every 60 s, and only then learns of changes that others made.
RECONCILE_SECONDS = 75
SERIES = re.compile(r"(awscni_\w+|process_start_time_seconds)(\{.*\})? (\S+)$")

# Each metric of the agent, and the sources that must have the same value.
STATES = {
    "eniAllocated": ("ec2 enis", "enis enis"), "totalIPAddresses": ("ec2 addresses", "enis addresses"),
    "totalIPv4Prefixes": ("ec2 prefixes", "enis prefixes"), "assignIPAddresses": ("pods held", "enis assigned")}
# Each counter of the agent, and a metric family of ipamD. The sum of the counter's increases must equal the increase of
# the family, added up over all processes of ipamD.
SUMS = {"addReqCount": "awscni_add_ip_req_count", "delReqCount": "awscni_del_ip_req_count",
        "noAvailableIPAddrs": "awscni_no_available_ip_addresses", "ipamdErr": "awscni_ipamd_error_count",
        "awsAPIErr": "awscni_aws_api_error_count", "ec2ApiReqCount": "awscni_ec2api_req_count",
        "ec2ApiErrCount": "awscni_ec2api_error_count", "reconcileCount": "awscni_reconcile_count",
        "forceRemoveIPs": "awscni_force_removed_ips", "forceRemoveENI": "awscni_force_removed_enis"}


class Sampler:
    """Takes a sample each second until it is stopped."""

    def __init__(self, file, urls):
        self.taken, self._stopped = [], threading.Event()
        self._thread = threading.Thread(target=self._run, args=(file, urls), daemon=True)
        self._thread.start()

    def stop(self):
        self._stopped.set()
        self._thread.join()

    def _run(self, file, urls):
        with open(file, "a", encoding="utf-8") as output:
            while not self._stopped.wait(1 - time.time() % 1):
                self.taken.append(sample(urls))
                output.write(json.dumps(self.taken[-1]) + "\n")


def sample(urls):
    found = {"time": time.time()}
    for name, url in urls.items():
        body = get(url)
        found[name] = None if body is None else PARSERS.get(name, json.loads)(body)
    return found


def pool(body):
    """Counts addresses in /v1/enis without code of the agent."""
    document = json.loads(body)
    cards = [document] if "ENIs" in document else document.values()
    enis = [eni for card in cards for eni in (card.get("ENIs") or {}).values()]
    cidrs = [cidr for eni in enis for cidr in (eni.get("AvailableIPv4Cidrs") or {}).values()]
    addresses = [address for cidr in cidrs for address in (cidr["IPAddresses"] or {}).values()]
    return {"enis": len(enis), "prefixes": sum(cidr["IsPrefix"] for cidr in cidrs),
            "addresses": sum(16 if cidr["IsPrefix"] else 1 for cidr in cidrs),
            "assigned": sum(address["IPAMKey"]["networkName"] != "" for address in addresses)}


def series(body):
    """Returns the sum of each family over the family's series."""
    sums = collections.Counter()
    for found in filter(None, map(SERIES.match, body.splitlines())):
        if not found[1].endswith("_bucket"):
            sums[found[1]] += float(found[3])
    return dict(sums)


# The other sources are JSON and are stored unchanged.
PARSERS = {"enis": pool, "metrics": series}


def lines(file):
    with open(file, encoding="utf-8") as text:
        # The other lines are warnings of a JVM that shares /tmp with another JVM, or an incomplete last line.
        return [json.loads(line) for line in text if line.startswith("{") and line.endswith("\n")]


def compare(polls, samples, marks):
    """Returns one line for each number of the agent that differs from the samples."""
    wrong = []
    for poll in polls:
        taken = taken_at(poll)
        unknown = unknown_to_ipamd(taken, marks)
        values = {metric["name"]: metric["value"] for metric in poll["metrics"] if metric["kind"] == "gauge"}
        for name, sources in STATES.items():
            for source, field in map(str.split, sources):
                before = EC2_SECONDS if source == "ec2" else WINDOW_SECONDS
                near = [each for each in samples
                        if each.get(source) and -before <= each["time"] - taken <= WINDOW_SECONDS]
                if source in unknown or name not in values or not near:
                    continue
                least, most = bounds(near, source, field)
                if not least <= values[name] <= most:
                    wrong.append(f"{poll['takenAt']} {name} {values[name]:g}, {source} {field} {least} to {most}")
    return wrong + compare_sums(polls, samples)


def bounds(samples, source, field):
    """Returns the least and the greatest possible value between the first and the last of these samples."""
    values = [each[source][field] for each in samples]
    least, most = min(values), max(values)
    if field in ("held", "assigned"):
        # If one pod ends and another starts between two samples, both samples have the same number of pods.
        for value, before, after in zip(values, samples, samples[1:]):
            if before["pods"] and after["pods"]:
                least = min(least, value - releases(after["pods"]) + releases(before["pods"]))
                most = max(most, value + assignments(after["pods"]) - assignments(before["pods"]))
    return least, most


def assignments(pods):
    """Returns how often ipamD has assigned an address until this sample.

    If a request fails, for example without instance metadata, ipamD holds its address for a moment.
    """
    return pods["adds"] - pods["refused"] + pods["failed"]


def releases(pods):
    """Returns how often ipamD has released an address until this sample, also after a failed request."""
    return pods["dels"] + pods["failed"]


def unknown_to_ipamd(taken, marks):
    """Returns the sources that ipamD cannot know at this time. A poll shows only what ipamD knows."""
    unknown = set()
    for when, text in marks:
        if when > taken:
            break
        if re.match(r"EC2: .*(detach|unassign)", text):
            unknown.add("pods")  # Pods keep running with addresses that EC2 removed.
        if re.match(r"EC2: .*(detach|unassign|attach)", text) and taken - when <= RECONCILE_SECONDS:
            unknown.add("ec2")
        if text.startswith("instance metadata"):
            unknown |= {"ec2", "pods"}
            if text.endswith("back") and taken - when > RECONCILE_SECONDS:
                unknown -= {"ec2", "pods"}
    return unknown


def compare_sums(polls, samples):
    wrong = []
    for name, family in SUMS.items():
        seen = [metric for poll in polls for metric in poll["metrics"] if metric["name"] == name]
        # If the first poll has no value, it is the baseline: the agent does not report what ipamD counted before.
        reported = sum(metric.get("value", metric["total"]) for metric in seen)
        # A poll shortly after ipamD ends reads nothing.
        read = [taken_at(poll) for poll in polls if any(metric["name"] == name for metric in poll["metrics"])]
        least, most = rises(family, samples, read)
        if not least <= reported <= most:
            wrong.append(f"sum of {name} {reported:g}, ipamD counted {least:g} to {most:g}")
    return wrong


def taken_at(poll):
    return datetime.fromisoformat(poll["takenAt"].replace("Z", "+00:00")).timestamp()


def rises(family, samples, polled):
    """Returns the least and the greatest possible rise of a family until the last poll of each process of ipamD.

    Events after this last poll are lost when the process is killed.
    """
    by_process = collections.defaultdict(list)
    for each in samples:
        if each["metrics"]:
            by_process[each["metrics"]["process_start_time_seconds"]].append(each)
    least = most = 0
    for lived in by_process.values():
        last = max((when for when in polled if when <= lived[-1]["time"] + WINDOW_SECONDS), default=0)
        counted = [(each["time"], each["metrics"].get(family, 0)) for each in lived]
        least += max((count for when, count in counted if when <= last - WINDOW_SECONDS), default=0)
        most += max((count for when, count in counted if when <= last + WINDOW_SECONDS), default=0)
    return least, most
