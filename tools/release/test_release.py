"""Rehearses a release against a registry on loopback, and runs the documented commands as a user does."""

import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
import tarfile
import tempfile
import time
import unittest
import urllib.request
from pathlib import Path

import yaml

TOP = Path(__file__).resolve().parents[2]
VERSION = re.search(r"<version>(.*)</version>", (TOP / "pom.xml").read_text())[1]
README = (TOP / "README.md").read_text()
PAGE = (TOP / "docs/releases.md").read_text()
DIST = TOP / "agent/target/dist"
PACKAGE = TOP / "target/package"


def commands(text, heading):
    """Returns the indented commands of a section as a script."""
    section = re.search(rf"(?ms)^## {heading}$(.*?)(?=^## |\Z)", text)[1]
    return "\n".join(line[4:] for line in section.splitlines() if line.startswith("    "))


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

    def stop(self):
        self._process.terminate()
        self._process.wait(10)


def environment(authority="/nonexistent", **more):
    """The variables for release.sh and for documented commands, with the programs of rehearsal/ on the PATH."""
    programs = TOP / "tools/release/rehearsal"
    return os.environ | {
        "PATH": f"{programs}:{os.environ['PATH']}",
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


class Rehearsal(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        directory = tempfile.TemporaryDirectory()
        cls.addClassCleanup(directory.cleanup)
        cls.work = Path(directory.name)
        for name in ("registry", "authority", "user"):
            (cls.work / name).mkdir()
        cls.registry = Registry(cls.work / "registry")
        cls.addClassCleanup(cls.registry.stop)
        cls.variables = environment(cls.work / "authority", LAYER=str(cls.work / "layer.tar"))

        settings = dict(re.findall(r"(?m)^    (WORKFLOW|ISSUER)=(\S+)$", PAGE))
        identity = settings["WORKFLOW"].replace("$VERSION", VERSION)
        script = f"{TOP}/tools/release/rehearsal/authority.sh . {identity} {settings['ISSUER']}"
        shell(script, cls.work / "authority", cls.variables)
        with tarfile.open(cls.work / "layer.tar", "w") as layer:
            layer.add(DIST, "opt/agent")

        # Capital letters in the name of the owner, as GitHub allows.
        release = cls.variables | {"VERSION": VERSION, "REGISTRY": f"{cls.registry.address}/Owner"}
        for step in ("image amd64", "image arm64", "publish"):
            shell(f"tools/release/release.sh {step}", TOP, release)

    def user(self, script, **more):
        """Runs documented commands, with the registry of the rehearsal in place of GitHub's."""
        script = script.replace("ghcr.io/OWNER", self.registry.name)
        return shell(script, self.work / "user", self.variables | more)

    def crane(self, *arguments):
        return shell(f"$CRANE {' '.join(arguments)}", TOP, self.variables).strip()

    def digest(self, name):
        return self.crane("digest", f"{self.registry.name}/{name}")

    def test_the_readme_installs_the_image_of_this_release_by_its_digest(self):
        [command] = re.findall(r"(?m)^    (helm install .* oci://(?:.*\\\n)*.*)$", README)
        rendered = self.user(command)
        image = f"{self.registry.name}/cni-metrics-agent@{self.digest(f'cni-metrics-agent:{VERSION}')}"
        self.assertEqual({image}, set(re.findall(r"image: \"?([^\s\"]+)", rendered)))
        self.assertIn("production", rendered)
        self.assertIn("eu-west-1", rendered)

    def test_the_page_verifies_the_signatures_the_sbom_and_the_files(self):
        for name in PACKAGE.iterdir():
            shutil.copy(name, self.work / "user")
        chart = f"cni-metrics-agent-{VERSION}.tgz"
        (self.work / "user" / chart).unlink()
        printed = self.user(commands(PAGE, "Verify a release"))
        self.assertEqual((PACKAGE / chart).read_bytes(), (self.work / "user" / chart).read_bytes())
        self.assertIn(f"@{self.digest(f'cni-metrics-agent:{VERSION}')}", printed)
        self.assertIn("SHA256SUMS", os.listdir(self.work / "user"))
        self.assertIn(f"{chart}: OK", printed)

    def test_the_sbom_lists_the_libraries_of_the_image(self):
        bom = json.loads((PACKAGE / f"cni-metrics-agent-{VERSION}.cdx.json").read_text())
        listed = {f"{each['name']}-{each['version']}.jar" for each in bom["components"]}
        libraries = {each.name for each in (DIST / "lib").glob("*.jar")} - {"cni-metrics-agent.jar"}
        self.assertGreater(len(libraries), 20)
        self.assertEqual(libraries, listed)

    def test_a_signature_of_another_workflow_is_refused(self):
        script = commands(PAGE, "Verify a release").replace("workflows/release.yml", "workflows/other.yml")
        with self.assertRaisesRegex(RuntimeError, "no matching CertificateIdentity found"):
            self.user(script)

    def test_an_image_without_a_signature_is_refused(self):
        name = f"{self.registry.name}/cni-metrics-agent"
        self.crane("mutate", f"{name}:{VERSION}-amd64", "--label", "changed=yes", "--tag", f"{name}:changed")
        with self.assertRaisesRegex(RuntimeError, "no signatures found|no matching"):
            self.user(commands(PAGE, "Verify a release").replace(f"VERSION={VERSION}", "VERSION=changed"))

    def test_both_architectures_are_under_one_tag(self):
        for tag in (VERSION, f"{VERSION}-jvm"):
            index = json.loads(self.crane("manifest", f"{self.registry.name}/cni-metrics-agent:{tag}"))
            platforms = [(each["platform"]["os"], each["platform"]["architecture"]) for each in index["manifests"]]
            self.assertEqual([("linux", "amd64"), ("linux", "arm64")], platforms)

    def test_no_file_of_the_release_names_the_placeholder(self):
        with tarfile.open(PACKAGE / f"cni-metrics-agent-{VERSION}.tgz") as chart:
            texts = {each.name: chart.extractfile(each).read().decode() for each in chart if each.isfile()}
        for path in [*PACKAGE.glob("*.yaml"), TOP / "target/release-notes.md"]:
            texts[path.name] = path.read_text()
        self.assertIn("helm install cni-metrics-agent oci://", texts["release-notes.md"])
        self.assertIn("### Added", texts["release-notes.md"])
        self.assertEqual([], [name for name, text in texts.items() if "OWNER" in text])

    def test_the_manifests_name_the_image_by_its_digest(self):
        image = f"{self.registry.name}/cni-metrics-agent@{self.digest(f'cni-metrics-agent:{VERSION}')}"
        for path in PACKAGE.glob("cni-metrics-agent*.yaml"):
            objects = [each for each in yaml.safe_load_all(path.read_text()) if each["kind"] == "DaemonSet"]
            [pod] = [each["spec"]["template"]["spec"] for each in objects]
            images = {each["image"] for each in pod["containers"] + pod.get("initContainers", [])}
            self.assertEqual({image}, images, path.name)


if __name__ == "__main__":
    unittest.main()
