"""Tests the check that the workflow `release` runs before it builds anything: tools/release/release.sh check."""

import os
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from rendering import TOP

SCRIPT = "tools/release/release.sh"
VERSION = re.search(r"<version>(.*)</version>", (TOP / "pom.xml").read_text())[1]
FILES = (
    *("pom.xml", "agent/pom.xml", "benchmarks/pom.xml", "tools/image/pom.xml", "Dockerfile"),
    *("daemonset/chart/Chart.yaml", "daemonset/base/kustomization.yaml"),
    *("README.md", "CHANGELOG.md"),
)
DOCS = [str(each.relative_to(TOP)) for each in (TOP / "docs").rglob("*.md")]
PAGES = ("README.md", "CHANGELOG.md", "daemonset/chart/README.md", *DOCS)
UNRELEASED = "(, | is |- )not released|Not published|No release exists|Before the first release"


class Check(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.copy = Path(directory.name)
        for name in {SCRIPT, *FILES, *PAGES}:
            (self.copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(TOP / name, self.copy / name)

    def check(self, version):
        result = subprocess.run(
            [self.copy / SCRIPT, "check"], env=os.environ | {"VERSION": version}, capture_output=True, text=True
        )
        return result.returncode, result.stderr

    def release(self):
        """Writes into the copy what a person writes before a release."""
        for name in PAGES:
            path = self.copy / name
            text = path.read_text().replace(f"[{VERSION}] - not released", f"[{VERSION}] - 2026-12-01")
            path.write_text(re.sub(UNRELEASED, r"\1released", text))

    def test_every_file_names_the_same_version(self):
        self.release()
        self.assertEqual((0, ""), self.check(VERSION))

    def test_names_each_file_with_another_version(self):
        self.release()
        code, errors = self.check("99.0.0")
        named = set(re.findall(r"(?m)^(\S+): '.+' is not 99.0.0$", errors))
        self.assertEqual((1, set(FILES)), (code, named))

    def test_refuses_while_a_page_says_that_there_is_no_release(self):
        self.release()
        for name in ("README.md", "CHANGELOG.md", "docs/deploy.md", "daemonset/chart/README.md"):
            before = (self.copy / name).read_text()
            (self.copy / name).write_text(before + "\nThis is not released.\n")
            code, errors = self.check(VERSION)
            self.assertEqual(1, code)
            self.assertRegex(errors, rf"(?m)^{name}:\d+:This is not released\.$")
            (self.copy / name).write_text(before)

    def test_the_pages_name_this_version(self):
        for name in ("README.md", "docs/releases.md", "daemonset/chart/README.md"):
            text = (TOP / name).read_text()
            named = re.findall(r"(?:--version |cni-metrics-agent:|\bVERSION=)([0-9]+\.[0-9]+\.[0-9]+)", text)
            self.assertEqual({VERSION}, set(named) - {"1.2.3"}, name)


if __name__ == "__main__":
    unittest.main()
