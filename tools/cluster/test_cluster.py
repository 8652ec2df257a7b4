"""Applies the rendered objects to a real API server, and checks that exactly the right nodes get a pod."""

import json
import os
import tempfile
import time
import unittest

from cluster import Cluster
from rendering import agent, helm, kustomize, only, pod_spec
from test_manifests import NODES, WITH_IPAMD

SETTLE_SECONDS = 60
POD_MONITOR = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "podmonitors.monitoring.coreos.com"},
    "spec": {
        "group": "monitoring.coreos.com",
        "names": {"kind": "PodMonitor", "plural": "podmonitors"},
        "scope": "Namespaced",
        "versions": [
            {
                "name": "v1",
                "served": True,
                "storage": True,
                "schema": {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}},
            }
        ],
    },
}


def node_name(kind):
    return kind.lower().replace(" ", "-")


class OnARealServer(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        directory = tempfile.TemporaryDirectory()
        cls.addClassCleanup(directory.cleanup)
        cls.cluster = Cluster(os.environ["CONTROLPLANE"], directory.name)
        cls.cluster.start()
        cls.addClassCleanup(cls.cluster.stop)
        for kind, (labels, taints) in NODES.items():
            cls.cluster.add_node(node_name(kind), labels, taints)
        cls.cluster.apply([POD_MONITOR])
        cls.cluster.kubectl("wait", "--for=condition=Established", "crd", POD_MONITOR["metadata"]["name"])

    def in_namespace(self, name, rendered, **labels):
        """Applies objects in a new namespace, which the test deletes. Returns the server's warnings."""
        labels = {f"pod-security.kubernetes.io/{key}": value for key, value in labels.items()}
        namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}
        self.cluster.apply([namespace])
        moved = [each | {"metadata": each["metadata"] | {"namespace": name}} for each in rendered]
        self.addCleanup(self.empty, name)
        return self.cluster.apply(moved)

    def empty(self, namespace):
        self.cluster.kubectl("delete", "daemonset", "--all", "--namespace", namespace, "--cascade=orphan")
        self.cluster.kubectl("delete", "pod", "--all", "--namespace", namespace, "--force", "--grace-period=0")

    def pods(self, namespace):
        return self.cluster.get("pods", "--namespace", namespace)

    def eventually(self, expected, actual):
        deadline = time.monotonic() + SETTLE_SECONDS
        while actual() != expected and time.monotonic() < deadline:
            time.sleep(0.2)
        self.assertEqual(expected, actual())

    def nodes_with_a_pod(self, namespace):
        return sorted(each["spec"].get("nodeName", "not scheduled") for each in self.pods(namespace))

    def assert_runs_on(self, kinds, namespace):
        expected = sorted(map(node_name, kinds))
        self.eventually(expected, lambda: self.nodes_with_a_pod(namespace))

    def test_kustomize_puts_one_agent_on_every_node_with_an_ipamd(self):
        self.in_namespace("kustomized", kustomize("base"))
        self.assert_runs_on(WITH_IPAMD, "kustomized")

    def test_the_chart_does_the_same(self):
        self.in_namespace("charted", helm())
        self.assert_runs_on(WITH_IPAMD, "charted")

    def test_auto_mode_adds_its_nodes(self):
        self.in_namespace("auto", helm({"autoMode": True}))
        self.assert_runs_on(WITH_IPAMD | {"Auto Mode"}, "auto")

    def test_without_the_affinity_a_pod_would_land_on_fargate(self):
        rendered = kustomize("base")
        del pod_spec(rendered)["affinity"]
        self.in_namespace("everywhere", rendered)
        self.assert_runs_on(set(NODES) - {"Windows"}, "everywhere")

    def test_prometheus_and_state_on_the_host_are_accepted_too(self):
        self.in_namespace("all", helm({"podMonitor": {"enabled": True}, "state": {"hostPath": "/var/lib/agent"}}))
        self.assert_runs_on(WITH_IPAMD, "all")

    def test_applying_again_changes_no_default_of_the_server(self):
        self.in_namespace("drift", helm({"podMonitor": {"enabled": True}}))
        for each in helm({"podMonitor": {"enabled": True}}):
            each["metadata"]["namespace"] = "drift"
            out, _ = self.cluster.kubectl(
                "apply", "--filename", "-", "--server-side", "--force-conflicts", stdin=json.dumps(each)
            )
            live, _ = self.cluster.kubectl(
                "get", each["kind"], each["metadata"]["name"], "--namespace", "drift", "--output", "json"
            )
            self.assert_contains(json.loads(live), each)
            self.assertIn("serverside-applied", out)

    def assert_contains(self, live, applied, path=""):
        """Checks that the live object has every applied field with the applied value."""
        if isinstance(applied, dict):
            for key, value in applied.items():
                self.assertIn(key, live, path)
                self.assert_contains(live[key], value, f"{path}.{key}")
        elif isinstance(applied, list):
            self.assertEqual(len(applied), len(live), path)
            for index, value in enumerate(applied):
                self.assert_contains(live[index], value, f"{path}[{index}]")
        else:
            self.assertEqual(applied, live, path)

    def test_the_strictest_pod_security_warns_only_about_the_host(self):
        warnings = self.in_namespace("strict", kustomize("base"), warn="restricted")
        for control in ("host namespaces (hostNetwork=true)", "hostPort 61690", 'probe or lifecycle host "127.0.0.1"'):
            self.assertEqual(1, warnings.count(control), warnings)
        for other in ("runAsNonRoot", "seccomp", "capabilities", "privilege", "volume", "runAsUser"):
            self.assertNotIn(other, warnings)

    def test_a_second_release_gets_no_pod_on_a_node_that_has_an_agent(self):
        self.in_namespace("first", helm())
        self.assert_runs_on(WITH_IPAMD, "first")
        self.in_namespace("second", helm(release="other"))
        self.eventually(["not scheduled"] * len(WITH_IPAMD), lambda: self.nodes_with_a_pod("second"))

        def reasons():
            conditions = [each["status"].get("conditions", []) for each in self.pods("second")]
            return {condition["message"].split(": ")[1] for each in conditions for condition in each}

        self.eventually(True, lambda: any("free ports for the requested pod ports" in each for each in reasons()))

    def test_a_namespace_that_enforces_baseline_gets_no_pod(self):
        self.in_namespace("baseline", kustomize("base"), enforce="baseline")
        [daemonset] = self.cluster.get("daemonset", "--namespace", "baseline")
        self.eventually(
            len(WITH_IPAMD),
            lambda: self.cluster.get("daemonset", "--namespace", "baseline")[0]["status"]["desiredNumberScheduled"],
        )
        self.assertEqual([], self.pods("baseline"), daemonset["metadata"]["name"])

    def test_a_rollout_stops_one_agent_before_it_starts_the_next(self):
        rendered = kustomize("base")
        self.in_namespace("rollout", rendered)
        self.assert_runs_on(WITH_IPAMD, "rollout")
        for pod in self.pods("rollout"):
            self.make_available(pod)
        agent(rendered)["args"] = ["run", "--log-format=json"]
        daemonset = only(rendered, "DaemonSet")
        self.cluster.apply([daemonset | {"metadata": daemonset["metadata"] | {"namespace": "rollout"}}])

        def stopping():
            return len([each for each in self.pods("rollout") if "deletionTimestamp" in each["metadata"]])

        self.eventually(1, stopping)
        time.sleep(2)
        self.assertEqual(1, stopping())
        self.assert_runs_on(WITH_IPAMD, "rollout")

    def make_available(self, pod):
        """Sets the status of a pod that has been ready for longer than minReadySeconds."""
        ready = {"type": "Ready", "status": "True", "lastTransitionTime": "2020-01-01T00:00:00Z"}
        self.cluster.kubectl(
            "patch", "pod", pod["metadata"]["name"], "--namespace", pod["metadata"]["namespace"],
            "--subresource=status", "--type=merge",
            "--patch", json.dumps({"status": {"phase": "Running", "conditions": [ready]}}),
        )  # fmt: skip
