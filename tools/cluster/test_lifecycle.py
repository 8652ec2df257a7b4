"""
Installs a release on a real API server by the documented commands: the line of the README, then the commands of
docs/releases.md that upgrade, test, roll back and uninstall. The charts come from a registry on loopback.
"""

import contextlib
import json
import os
import threading
import time
import unittest

from cluster import Cluster
from rehearsal import PAGE, README, VERSION, WithRegistry, blocks, environment, install_command, shell
from rendering import CHART, NAME, run
from test_cluster import SETTLE_SECONDS, node_name
from test_manifests import NODES, WITH_IPAMD

NEXT = "0.99.0"
UPGRADE, ROLLBACK, UNINSTALL = blocks(PAGE, "Upgrade, roll back, uninstall")


class Kubelets:
    """Stands in for the kubelets: starts and stops pods at once. No container runs, and each test pod succeeds."""

    def __init__(self, cluster):
        self._cluster = cluster
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self):
        self._stopped.set()
        self._thread.join()

    def _run(self):
        while not self._stopped.wait(0.5):
            for pod in self._cluster.get("pods", "--all-namespaces"):
                # The pod can have been deleted after the list was read.
                with contextlib.suppress(RuntimeError):
                    self._run_pod(pod)

    def _run_pod(self, pod):
        where = (pod["metadata"]["name"], "--namespace", pod["metadata"]["namespace"])
        if "deletionTimestamp" in pod["metadata"]:
            self._cluster.kubectl("delete", "pod", *where, "--force", "--grace-period=0", "--ignore-not-found")
        elif "nodeName" in pod["spec"] and pod["status"]["phase"] == "Pending":
            ready = {"type": "Ready", "status": "True", "lastTransitionTime": "2020-01-01T00:00:00Z"}
            phase = "Succeeded" if pod["spec"]["restartPolicy"] == "Never" else "Running"
            status = json.dumps({"status": {"phase": phase, "conditions": [ready]}})
            self._cluster.kubectl("patch", "pod", *where, "--subresource=status", "--type=merge", "--patch", status)


class Lifecycle(WithRegistry):
    directories = ("cluster", "bin")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cluster = Cluster(os.environ["CONTROLPLANE"], cls.work / "cluster")
        cls.cluster.start()
        cls.addClassCleanup(cls.cluster.stop)
        for kind, (labels, taints) in NODES.items():
            cls.cluster.add_node(node_name(kind), labels, taints)
        kubelets = Kubelets(cls.cluster)
        cls.addClassCleanup(kubelets.stop)
        # There is no AWS. The commands of the AWS CLI do nothing.
        for name, command in (("kubectl", f'{cls.cluster.binary} kubectl "$@"'), ("aws", "exit 0")):
            program = cls.work / "bin" / name
            program.write_text(f"#!/bin/sh\n{command}\n")
            program.chmod(0o755)
        variables = environment(KUBECONFIG=str(cls.cluster.directory / "kubeconfig"))
        cls.variables = variables | {"PATH": f"{cls.work}/bin:{variables['PATH']}"}
        for version in (VERSION, NEXT):
            run("HELM", "package", CHART, "--version", version, "--app-version", version, "--destination", cls.work)
            cls.user(f"helm push {NAME}-{version}.tgz oci://ghcr.io/OWNER/charts")

    @classmethod
    def user(cls, script):
        return shell(cls.registry.local(script), cls.work, cls.variables)

    def pods(self):
        agents = self.cluster.get("pods", "--all-namespaces", "--selector", f"app.kubernetes.io/name={NAME}")
        return {pod["spec"]["nodeName"]: self.only_container(pod["spec"]) for pod in agents}

    def only_container(self, spec):
        [container] = spec["containers"]
        return container["image"].rpartition(":")[2], {each["name"]: each.get("value") for each in container["env"]}

    def assert_runs(self, version):
        self.user(f"kubectl --namespace kube-system rollout status daemonset/{NAME} --timeout 120s")
        pods = self.pods()
        self.assertEqual(set(map(node_name, WITH_IPAMD)), set(pods))
        for image, env in pods.values():
            self.assertEqual((version, "production", "eu-west-1"), (image, env["AWS_CLUSTER_ID"], env["AWS_REGION"]))

    def everything(self):
        kinds, _ = self.cluster.kubectl("api-resources", "--verbs=list", "--output=name")
        kinds = ",".join(kind for kind in kinds.split() if not kind.startswith("events"))
        found, _ = self.cluster.kubectl("get", kinds, "--all-namespaces", "--output=name", "--ignore-not-found")
        return set(found.split())

    def test_the_documented_commands_install_upgrade_roll_back_and_uninstall(self):
        before = self.everything()
        self.user(install_command(README))
        self.assert_runs(VERSION)

        printed = self.user(UPGRADE.replace("NEXT", NEXT))
        self.assertRegex(printed, r"Phase: +Succeeded")
        self.assert_runs(NEXT)

        self.user(ROLLBACK)
        self.assert_runs(VERSION)
        history = json.loads(self.user(f"helm history {NAME} --namespace kube-system --output json"))
        charts = [(each["chart"], each["description"]) for each in history]
        first, second = f"{NAME}-{VERSION}", f"{NAME}-{NEXT}"
        self.assertEqual(
            [(first, "Install complete"), (second, "Upgrade complete"), (first, "Rollback to 1")], charts
        )

        self.user(UNINSTALL)
        # The garbage collector removes the pods and the revisions.
        deadline = time.monotonic() + SETTLE_SECONDS
        while self.everything() != before and time.monotonic() < deadline:
            time.sleep(0.5)
        self.assertEqual(before, self.everything())


if __name__ == "__main__":
    unittest.main()
