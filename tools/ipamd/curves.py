#!/usr/bin/env python3
"""Writes the growth of the real ipamD's pool, for the tests of the simulator: curves.py RESULTS/RELEASE FOLDER.

A curve begins at ipamD's first answer. It ends at the first event that is neither a change of the pods nor of the
subnet. `--pods` of the simulator accepts the header's `pods`.
"""
import json
import re
import sys
from pathlib import Path

import truth

# A scenario of the bench, the name of its curve, and the settings of the node.
CURVES = {"pool": ("fill", "--max-pods 58"),
          "targets": ("warm-targets", "--max-pods 58, WARM_IP_TARGET=5 MINIMUM_IP_TARGET=10"),
          "prefixes": ("prefixes", "--max-pods 110, ENABLE_PREFIX_DELEGATION=true"),
          "subnet": ("dry-subnet", "--max-pods 58, 20 free addresses in the subnet")}
PODS = re.compile(r"(\d+) pods, ([\d.]+) a second")
FREE = re.compile(r"EC2: {'free': (\d+)}")


def curve(samples, marks, about, release):
    """Returns the lines of one curve: a header, and one line for each sample, one a second."""
    started = next(each["time"] for each in samples if each["enis"])
    steps, pods, free, since, end = [], 0, [], 0.0, samples[-1]["time"] - started
    for when, text in marks:
        seconds = when - started
        if ramp := PODS.match(text):
            target, rate = int(ramp[1]), float(ramp[2])
            steps += [f"{pods}:{max(0, seconds - since):.0f}s", f"{pods}:{target}:{rate:g}"]
            since, pods = seconds + abs(target - pods) / rate, target
        elif change := FREE.match(text):
            free.append(f"# from second {seconds:.0f} on the subnet has {change[1]} free addresses")
        elif seconds > 0 and not text.startswith("doctor"):
            end = seconds
            break
    yield f"# ipamD {release} on an m5.xlarge: {about}"
    yield f"# pods {','.join(steps)}"
    yield from free
    yield "seconds,enis,total,assigned"
    for each in samples:
        seconds, pool = each["time"] - started, each["enis"]
        if pool and 0 <= seconds < end:
            yield f"{seconds:.0f},{pool['enis']},{pool['addresses']},{pool['assigned']}"


def main():
    results, folder = map(Path, sys.argv[1:])
    folder.mkdir(parents=True, exist_ok=True)
    for scenario, (name, about) in CURVES.items():
        samples = truth.lines(results / scenario / "samples.jsonl")
        marks = json.loads((results / scenario / "marks.json").read_text())
        lines = curve(samples, marks, about, results.name)
        (folder / f"{name}-{results.name}.csv").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
