"""Tests the kubectl plugin with a kubectl that gives prepared answers."""

import os
import subprocess
import tempfile
import unittest
from pathlib import Path

from rendering import TOP

PLUGIN = TOP / "tools" / "kubectl-cni_doctor"
KUBECTL = """#!/bin/sh
printf '%s\\n' "$*" >>"$CALLS"
case "$*" in
  *"get pods"*spec.nodeName=none*) ;;
  *"get pods"*spec.nodeName=node-b*) echo 'monitoring agent-b Running node-b' ;;
  *"get nodes"*"compute-type notin"*) [ -z "${FORBIDDEN:-}" ] || { echo 'nodes is forbidden' >&2; exit 1; }
    printf '%s\\n' 'node-a True' 'node-b False node.kubernetes.io/not-ready=:NoExecute' \
    'node-c True' 'node-d False' 'node-e True' 'node True' 'node-f False node.kubernetes.io/not-ready=:NoExecute' \
    'node-g True node.kubernetes.io/unschedulable=:NoSchedule gpu=yes:NoSchedule' ;;
  *"get pods"*) printf '%s\\n' 'kube-system agent-a Running node-a' 'monitoring agent-b Running node-b' \
    'kube-system agent-c Running node-c' 'kube-system agent-d Running node-d' 'kube-system agent-e Pending  node-e' 'kube-system agent-h Failed ' ;;
  *"exec -n kube-system agent-a -- cni-metrics-agent doctor --output json")
    printf '%s\\n' '{' '  "verdict": { "level": "ok", "text": "No trouble found" },' '  "findings": []' '}' ;;
  *"exec -n monitoring agent-b -- cni-metrics-agent doctor --output json")
    printf '%s\\n' '{' '  "verdict": { "level": "fail", "text": "Pods get \\"no\\" address", "finding": "ec2-denied" },' '}'
    exit 1 ;;
  *"exec -n kube-system agent-c -- cni-metrics-agent doctor --output json")
    printf '%s\\n' '{' '  "verdict": { "level": "warn", "text": "The pool is empty", "finding": "warm-pool" },' '}' ;;
  *"exec -n monitoring agent-b -- cni-metrics-agent doctor"*) echo 'FAIL the whole page'; exit 1 ;;
  *) echo 'error: unable to upgrade connection' >&2; exit 1 ;;
esac
"""


class Plugin(unittest.TestCase):
    def run_plugin(self, *arguments, **variables):
        with tempfile.TemporaryDirectory() as directory:
            kubectl = Path(directory) / "kubectl"
            kubectl.write_text(KUBECTL)
            kubectl.chmod(0o755)
            calls = Path(directory) / "calls"
            environment = {**os.environ, "PATH": f"{directory}:{os.environ['PATH']}", "CALLS": str(calls)} | variables
            result = subprocess.run(
                ["sh", str(PLUGIN), *arguments], capture_output=True, text=True, env=environment, timeout=60
            )
            self.calls = calls.read_text() if calls.exists() else ""
            return result

    def test_one_line_for_each_node_with_the_worst_node_first(self):
        result = self.run_plugin()
        self.assertEqual(
            [
                "none -  the agent's pod is Failed: kubectl -n kube-system describe pod agent-h",
                "none node  no agent: the DaemonSet may not select this node: kubectl get daemonset -A -l "
                "app.kubernetes.io/name=cni-metrics-agent -o yaml",
                "none node-d  the node is not ready: kubectl describe node node-d",
                "none node-e  the agent's pod is Pending: kubectl -n kube-system describe pod agent-e",
                "none node-f  no agent: the node is not ready: kubectl describe node node-f",
                "none node-g  no agent: the DaemonSet may not tolerate gpu=yes:NoSchedule",
                'fail node-b  Pods get "no" address (ec2-denied)',
                "warn node-c  The pool is empty (warm-pool)",
                "ok   node-a  No trouble found",
            ],
            result.stdout.splitlines(),
        )
        self.assertEqual(1, result.returncode)

    def test_one_node_gets_the_whole_page_and_the_doctors_exit_code(self):
        for arguments in (["-n", "node-b"], ["--node", "node-b"], ["--node=node-b"]):
            result = self.run_plugin(*arguments)
            self.assertEqual("FAIL the whole page\n", result.stdout)
            self.assertEqual(1, result.returncode)

    def test_the_node_can_stand_between_arguments_of_kubectl(self):
        result = self.run_plugin("--context", "prod", "--node", "node-b", "--as", "me too")
        self.assertEqual("FAIL the whole page\n", result.stdout)
        self.assertEqual(2, len(self.calls.splitlines()))
        for call in self.calls.splitlines():
            self.assertTrue(call.startswith("--context prod --as me too "), call)

    def test_a_missing_name_of_a_node_is_an_error(self):
        for arguments in (["--node"], ["--context", "prod", "-n"]):
            result = self.run_plugin(*arguments)
            self.assertEqual(2, result.returncode)
            self.assertIn(f"{arguments[-1]} needs the name of a node", result.stderr)
            self.assertEqual("", self.calls)

    def test_other_arguments_go_to_each_call_of_kubectl(self):
        self.run_plugin("--context", "prod")
        self.assertEqual(6, len(self.calls.splitlines()))
        for call in self.calls.splitlines():
            self.assertTrue(call.startswith("--context prod "), call)

    def test_without_the_right_to_list_nodes_each_agent_has_a_line(self):
        result = self.run_plugin(FORBIDDEN="yes")
        lines = result.stdout.splitlines()
        self.assertEqual(6, len(lines))
        self.assertIn("none node-d  the agent did not answer: kubectl -n kube-system logs agent-d", lines)
        self.assertIn("cannot list nodes", result.stderr)
        self.assertEqual(1, result.returncode)

    def test_a_node_without_an_agent_is_an_error_that_names_it(self):
        result = self.run_plugin("-n", "none")
        self.assertEqual(2, result.returncode)
        self.assertIn("on the node none", result.stderr)

    def test_help_prints_the_usage(self):
        result = self.run_plugin("--help")
        self.assertEqual(0, result.returncode)
        self.assertIn("kubectl cni-doctor --node NODE", result.stdout)
        self.assertIn("The exit code is 1", result.stdout)


if __name__ == "__main__":
    unittest.main()
