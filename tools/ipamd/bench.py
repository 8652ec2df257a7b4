#!/usr/bin/env python3
"""Runs the agent beside the real ipamD: bench.py --bin FOLDER --agent EXECUTABLE [--release R] [SCENARIO...].

Each scenario has its own network, mount and process namespaces. Therefore several scenarios can run at the same time,
and nothing remains after the end of a scenario. Needs root.
"""
import argparse
import concurrent.futures
import json
import shutil
import subprocess
import sys
from pathlib import Path

import node
import scenarios

BY_NAME = {each.__name__.replace("_", "-"): each for each in scenarios.ALL}
LONGEST_SECONDS = 30 * 60
UNSHARE = ["unshare", "--net", "--mount", "--pid", "--time", "--fork", "--kill-child", "--mount-proc"]


def play(arguments, name, folder):
    """Plays a scenario in its own namespaces. Returns the exit code."""
    def start(settings=None, **environment):
        started = node.Node(folder, arguments.bin, arguments.release, arguments.agent, settings, **environment)
        started.ready()
        return started

    try:
        played = BY_NAME[name](start)
        played.finish()
    except node.Failed as failed:
        print(f"  {name}: {failed}")
        return 2
    wrong = played.wrong_numbers + played.failures
    for each in wrong:
        print(f"  {name}: WRONG {each}")
    result = {"scenario": name, "release": arguments.release, "polls": played.polls, "numbers": len(played.wrong_numbers),
              "reports": played.verdicts, "wrong": len(played.failures)}
    (folder / "result.json").write_text(json.dumps(result))
    return 1 if wrong else 0


def run(arguments, name):
    folder = arguments.results / arguments.release / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    # The node has just booted. On a node that booted long ago, a recent start of ipamD counts as a restart.
    uptime = float(Path("/proc/uptime").read_text().split()[0])
    done = subprocess.run(
        [*UNSHARE, "--boottime", str(-int(uptime)), sys.executable, __file__, "--bin", arguments.bin,
         "--agent", arguments.agent, "--release", arguments.release, "--play", folder, name],
        timeout=LONGEST_SECONDS, check=False)
    print(f"{name}: {'right' if done.returncode == 0 else 'WRONG'}, see {folder}", flush=True)
    return done.returncode


def table(results):
    """Returns the results of all releases in the folder as a table in Markdown."""
    lines = ["| release | scenario | polls | wrong numbers | verdicts | wrong verdicts and log lines |", "| --- " * 6 + "|"]
    for file in sorted(results.glob("*/*/result.json")):
        each = json.loads(file.read_text())
        lines.append(f"| {each['release']} | {each['scenario']} | {each['polls']} | {each['numbers']} "
                     f"| {each['reports']} | {each['wrong']} |")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", type=Path, required=True, help="folder with the built programs")
    parser.add_argument("--agent", type=Path, required=True, help="the agent's launcher or executable")
    parser.add_argument("--release", default="1.23.2", help="of ipamD")
    parser.add_argument("--results", type=Path, default=Path("agent/target/ipamd"), help="folder for logs and samples")
    parser.add_argument("--at-once", type=int, default=3, help="number of scenarios that run at the same time")
    parser.add_argument("--play", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("scenario", nargs="*", help="; ".join(
        f"{name}: {each.__doc__.splitlines()[0]}" for name, each in BY_NAME.items()))
    arguments = parser.parse_args()
    unknown = [name for name in arguments.scenario if name not in BY_NAME]
    if unknown:
        parser.error(f"unknown scenario {', '.join(unknown)}: expected {', '.join(BY_NAME)}")
    if arguments.play:
        return play(arguments, arguments.scenario[0], arguments.play)
    with concurrent.futures.ThreadPoolExecutor(arguments.at_once) as executor:
        codes = list(executor.map(lambda name: run(arguments, name), arguments.scenario or list(BY_NAME)))
    print(table(arguments.results))
    return max(codes)


if __name__ == "__main__":
    sys.exit(main())
