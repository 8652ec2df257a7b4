"""A registry on loopback, and the documented commands with this registry in place of GitHub's."""

import contextlib
import os
import re
import socket
import subprocess
import tempfile
import time
import unittest
import urllib.request
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
VERSION = re.search(r"<version>(.*)</version>", (TOP / "pom.xml").read_text())[1]
README = (TOP / "README.md").read_text()
CHART_README = (TOP / "daemonset/chart/README.md").read_text()
PAGE = (TOP / "docs/releases.md").read_text()


def blocks(text, heading):
    """Returns each block of indented commands of a section as a script."""
    section = re.search(rf"(?ms)^## {heading}$(.*?)(?=^## |\Z)", text)[1]
    found = re.findall(r"(?m)(?:^    .*\n|^\n(?=    ))+", section)
    return [re.sub(r"(?m)^    ", "", each).strip() for each in found]


def install_command(text):
    """Returns the command of a README that installs a release."""
    [command] = re.findall(r"(?m)^    (helm install .* oci://(?:.*\\\n)*.*)$", text)
    return command


class Registry:
    """A registry of images and charts, for as long as a test runs. No login, no TLS."""

    def __init__(self, directory):
        with socket.create_server(("127.0.0.1", 0)) as held:
            self.address = f"127.0.0.1:{held.getsockname()[1]}"
        self.name = f"{self.address}/owner"
        command = [os.environ["CRANE"], "registry", "serve", "--address", self.address, "--disk", directory]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 30
        while True:
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"http://{self.address}/v2/", timeout=5).close()
                return
            if time.monotonic() > deadline:
                raise RuntimeError("the registry does not answer")
            time.sleep(0.1)

    def local(self, script):
        """Returns documented commands with this registry and the owner `owner`."""
        return script.replace("ghcr.io/OWNER", self.name)

    def stop(self):
        self._process.terminate()
        self._process.wait(10)


class WithRegistry(unittest.TestCase):
    """Tests that share a registry and a directory with these directories in it."""

    directories = ()

    @classmethod
    def setUpClass(cls):
        directory = tempfile.TemporaryDirectory()
        cls.addClassCleanup(directory.cleanup)
        cls.work = Path(directory.name)
        for name in ("registry", *cls.directories):
            (cls.work / name).mkdir()
        cls.registry = Registry(cls.work / "registry")
        cls.addClassCleanup(cls.registry.stop)


def environment(authority="/nonexistent", **more):
    """The variables for release.sh and for documented commands, with programs/ on the PATH."""
    programs = TOP / "tools/release/programs"
    return os.environ | {
        "PATH": f"{programs}:{Path(os.environ['CRANE']).parent}:{os.environ['PATH']}",
        "REAL_HELM": os.environ["HELM"],
        "REAL_COSIGN": os.environ["COSIGN"],
        "HELM": str(programs / "helm"),
        "COSIGN": str(programs / "cosign"),
        "AUTHORITY": str(authority),
        "COSIGN_PASSWORD": "",
        "CLUSTER": "production",
        "REGION": "eu-west-1",
        **more,
    }


def shell(script, cwd, variables):
    command = ["bash", "-euo", "pipefail", "-c", script]
    result = subprocess.run(command, cwd=cwd, env=variables, capture_output=True, text=True, timeout=540)
    if result.returncode != 0:
        raise RuntimeError(f"{script}\n{result.stdout[-3000:]}\n{result.stderr[-3000:]}")
    return result.stdout
