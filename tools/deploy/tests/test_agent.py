"""Tests that the agent accepts the settings of every rendering. Needs a built agent: make dry-run, or make test."""

import os
import subprocess
import unittest

from rendering import TOP, agent, all_renderings, checks, environment
from test_values import Forms

AGENT = TOP / "agent/target/dist/bin/cni-metrics-agent"
REFUSED = 2
NO_IPAMD = ("--introspection-url", "http://127.0.0.1:9", "--metrics-url", "none")


@unittest.skipUnless(AGENT.exists(), "no agent is built: run `make dry-run` first")
class Agent(unittest.TestCase):
    def started_with(self, *flags, **variables):
        without_proxies = {key: value for key, value in os.environ.items() if not key.lower().endswith("_proxy")}
        return subprocess.run(
            [AGENT, "dry-run", "--once", *flags],
            env=without_proxies | {"AWS_EC2_METADATA_DISABLED": "true"} | variables,
            capture_output=True,
            text=True,
            timeout=60,
        )

    def test_accepts_the_settings_of_every_rendering(self):
        for name, rendered in all_renderings():
            with self.subTest(name):
                result = self.started_with(*NO_IPAMD, **environment(agent(rendered)))
                self.assertNotEqual(REFUSED, result.returncode, result.stderr)

    def test_accepts_an_ipv6_node_too(self):
        self.assertNotEqual(REFUSED, self.started_with(*NO_IPAMD, HEALTH_ADDRESS="[2001:db8::1]:61690").returncode)

    def test_refuses_the_empty_values_that_the_chart_leaves_out(self):
        self.assertEqual(REFUSED, self.started_with(*NO_IPAMD, AWS_CLUSTER_ID="").returncode)

    def settings(self, column):
        """Sets of variables, each with a text that its form accepts (column 0) or rejects (column 1)."""
        forms = {name: Forms.TEXTS[form][column] for name, form in checks()["env"].items() if form in Forms.TEXTS}
        for row in range(max(map(len, forms.values()))):
            yield {name: str(texts[min(row, len(texts) - 1)]) for name, texts in forms.items()}

    def test_accepts_each_variable_that_the_chart_accepts(self):
        for variables in self.settings(0):
            result = self.started_with(*NO_IPAMD, **variables)
            self.assertNotEqual(REFUSED, result.returncode, result.stderr)

    def test_refuses_each_variable_that_the_chart_refuses(self):
        for variables in self.settings(1):
            # The agent reads these only if the endpoint is valid.
            pairs = {name: variables.pop(name) for name in list(variables) if checks()["env"][name] == "pairs"}
            self.assert_refused(variables)
            self.assert_refused(pairs, OTEL_EXPORTER_OTLP_METRICS_ENDPOINT="http://collector/")

    def assert_refused(self, wrong, **right):
        result = self.started_with(**wrong, **right)
        self.assertEqual(REFUSED, result.returncode)
        self.assertEqual([], [name for name in wrong if name not in result.stderr], result.stderr)
