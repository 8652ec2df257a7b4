"""Tests that the agent accepts the settings of every rendering. Needs a built agent: make dry-run, or make test."""

import os
import subprocess
import unittest

from rendering import TOP, agent, all_renderings, environment

AGENT = TOP / "agent/target/dist/bin/cni-metrics-agent"
REFUSED = 2


@unittest.skipUnless(AGENT.exists(), "no agent is built: run `make dry-run` first")
class Agent(unittest.TestCase):
    def started_with(self, **variables):
        without_proxies = {key: value for key, value in os.environ.items() if not key.lower().endswith("_proxy")}
        return subprocess.run(
            [AGENT, "dry-run", "--once", "--introspection-url", "http://127.0.0.1:9", "--metrics-url", "none"],
            env=without_proxies | {"AWS_EC2_METADATA_DISABLED": "true"} | variables,
            capture_output=True,
            text=True,
            timeout=60,
        )

    def test_takes_the_settings_of_every_rendering(self):
        for name, rendered in all_renderings():
            with self.subTest(name):
                result = self.started_with(**environment(agent(rendered)))
                self.assertNotEqual(REFUSED, result.returncode, result.stderr)

    def test_takes_an_ipv6_node_too(self):
        self.assertNotEqual(REFUSED, self.started_with(HEALTH_ADDRESS="[2001:db8::1]:61690").returncode)

    def test_would_refuse_what_the_chart_leaves_out(self):
        self.assertEqual(REFUSED, self.started_with(AWS_CLUSTER_ID="").returncode)
