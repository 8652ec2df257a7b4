"""Tests the workflows of .github and the gate that they run. Without these tests an error shows only after a push."""

import os
import subprocess
import tempfile
import unittest
from pathlib import Path

from rendering import TOP, Refused, run

WORKFLOWS = sorted((TOP / ".github/workflows").glob("*.yml"))


class Workflows(unittest.TestCase):
    def test_actionlint_finds_nothing(self):
        self.assertGreaterEqual(len(WORKFLOWS), 2)
        run("ACTIONLINT", "-no-color", *WORKFLOWS)

    def test_actionlint_finds_an_error(self):
        text = WORKFLOWS[0].read_text().replace("runs-on:", "runs-in:")
        with tempfile.TemporaryDirectory() as directory:
            broken = Path(directory) / "broken.yml"
            broken.write_text(text)
            with self.assertRaisesRegex(Refused, "runs-in"):
                run("ACTIONLINT", "-no-color", broken)


class Gate(unittest.TestCase):
    EVERYWHERE = ["test", "bench-build", "deploy-test", "numbers-test SEED=1", "alarms-test"]

    def test_tests_the_deployment_for_every_user(self):
        self.assertEqual([*self.EVERYWHERE, "image-test"], self.targets(user=1000))

    def test_tests_the_image_and_runs_the_real_ipamd_too_for_root(self):
        ipamd = "ipamd-test RELEASES=1.23.2 SCENARIOS=quick"
        image = ["image-test", "container-test MINUTES=1"]
        self.assertEqual([*self.EVERYWHERE, *image, ipamd], self.targets(user=0))

    @staticmethod
    def targets(user):
        """The arguments of make in the gate."""
        with tempfile.TemporaryDirectory() as directory:
            for name, script in (("make", 'echo "$@"'), ("id", f"echo {user}"), ("apt-get", "exit 1")):
                program = Path(directory) / name
                program.write_text(f"#!/bin/sh\n{script}\n")
                program.chmod(0o755)
            path = f"{directory}:{os.environ['PATH']}"
            gate = [TOP / ".ci/run"]
            environment = os.environ | {"PATH": path, "GRAALVM_HOME": "/graalvm", "PROMTOOL": "promtool"}
            result = subprocess.run(gate, env=environment, capture_output=True, text=True, check=True)
            return result.stdout.splitlines()


if __name__ == "__main__":
    unittest.main()
