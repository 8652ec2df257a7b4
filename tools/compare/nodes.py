"""The simulated nodes of tools/compare/compare.py, and the values that each collector read from these nodes."""

import math
import os
import pathlib
import re
import signal
import socket
import subprocess
import threading
import time
import urllib.request
from typing import NamedTuple

TICKS = os.sysconf("SC_CLK_TCK")
STARTED = []


def free_port():
    with socket.socket() as some:
        some.bind(("127.0.0.1", 0))
        return some.getsockname()[1]


class Process:
    """A process that can be restarted."""

    def __init__(self, log, command, environment=None):
        self.log, self.command = open(log, "ab"), [str(part) for part in command]
        self.environment = os.environ | (environment or {})

    def start(self):
        self.child = subprocess.Popen(self.command, env=self.environment, stdout=self.log, stderr=self.log)
        STARTED.append(self.child)

    def stop(self):
        self.child.send_signal(signal.SIGTERM)
        try:
            self.child.wait(15)
        except subprocess.TimeoutExpired:
            kill(self.child)

    def cpu_seconds(self):
        fields = pathlib.Path(f"/proc/{self.child.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def megabytes(self, field):
        status = pathlib.Path(f"/proc/{self.child.pid}/status").read_text()
        return int(re.search(rf"{field}:\s+(\d+) kB", status)[1]) * 1024 / 1e6


def kill(child):
    if child.poll() is None:
        child.kill()
    child.wait()


class Read(NamedTuple):
    """The values that a reader got. `life` is the number of ipamD's process."""

    reader: str
    when: float
    life: int
    added: float
    refused: float
    assigned: float


class Node:
    """A simulated node. All readers read the node's metrics through this class, one after the other. Therefore this
    class
    knows the true counts, and how much of these counts each reader could read. The simulator's time moves only when a
    reader reads."""

    def __init__(self, launcher, options, log):
        metrics, introspection = free_port(), free_port()
        self.metrics = f"http://127.0.0.1:{metrics}/metrics"
        self.introspection = f"http://127.0.0.1:{introspection}"
        self.process = Process(log, [launcher, "simulate", "--instance-type=m5.xlarge", "--seed=7", *options,
                                     f"--metrics-port={metrics}", f"--introspection-port={introspection}"])
        self.lock = threading.Lock()
        self.reads, self.life, self.body, self.quiet = [], 0, None, False

    def read(self, reader):
        """Returns ipamD's metrics, or None if ipamD does not answer."""
        with self.lock:
            return self._read(reader)

    def _read(self, reader):
        if not self.quiet:
            try:
                with urllib.request.urlopen(self.metrics, timeout=2) as answer:
                    self.body = answer.read()
            except OSError:
                return None
        text = self.body.decode()
        self.reads.append(Read(reader, time.time(), self.life, total(text, "awscni_add_ip_req_count"),
                               total(text, "awscni_no_available_ip_addresses"),
                               total(text, "awscni_assigned_ip_addresses")))
        return self.body

    def restart(self):
        """Kills and restarts ipamD. A reader cannot know the counts of ipamD after the reader's last read."""
        with self.lock:
            self._read("truth")
            kill(self.process.child)
            self.process.start()
            self.life += 1

    def be_quiet(self):
        """Stops all changes, so that each reader can read every count."""
        with self.lock:
            self._read("truth")
            self.quiet = True

    def counted(self, counter, reader=None, until=math.inf):
        """Returns the sum of a counter over ipamD's processes, as read by one reader or by all readers together."""
        lives = {}
        for read in self.reads:
            if reader in (None, read.reader) and read.when < until:
                lives[read.life] = max(lives.get(read.life, 0), getattr(read, counter))
        return sum(lives.values())

    def assigned_at(self, instant):
        return next((read.assigned for read in reversed(self.reads) if read.when < instant), 0)

    def refused_at(self):
        return next((read.when for read in self.reads if read.refused), None)


def total(text, family):
    return sum(float(line.rsplit(" ", 1)[1]) for line in re.findall(rf"^{family}(?:\{{.*\}})? .*$", text, re.M))
