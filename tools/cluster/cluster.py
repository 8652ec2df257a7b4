"""
A real Kubernetes API server on loopback, with its controllers and scheduler, for as long as a test runs.

There is no kubelet: nodes are objects, and no container ever runs. Validation, defaulting, admission, the DaemonSet
controller
and the scheduler are real. One binary contains all these parts (controlplane/main.go).
"""

import contextlib
import json
import secrets
import socket
import subprocess
import time
import urllib.request
from pathlib import Path

START_SECONDS = 120


class Cluster:
    def __init__(self, binary, directory):
        self.binary = str(binary)
        self.directory = Path(directory)
        self.token = secrets.token_hex(16)
        self.ports = _free_ports("etcd", "peer", "api", "controllers", "scheduler")
        self._running = contextlib.ExitStack()

    def start(self):
        """Returns when the API server answers and the controllers work. Stops all parts if the start fails."""
        with self._running:
            self._start()
            self._running = self._running.pop_all()

    def stop(self):
        self._running.close()

    def kubectl(self, *arguments, stdin=None):
        """Returns kubectl's standard output and standard error (warnings)."""
        command = [self.binary, "kubectl", "--kubeconfig", self.directory / "kubeconfig", *arguments]
        result = subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=60)
        if result.returncode != 0:
            raise RuntimeError(f"kubectl {' '.join(map(str, arguments))}: {result.stderr}")
        return result.stdout, result.stderr

    def get(self, kind, *arguments):
        return json.loads(self.kubectl("get", kind, "--output", "json", *arguments)[0])["items"]

    def apply(self, objects, *arguments):
        """Applies objects. Returns the server's warnings."""
        text = "\n".join(json.dumps(each) for each in objects)
        return self.kubectl("apply", "--filename", "-", *arguments, stdin=text)[1]

    def add_node(self, name, labels, taints):
        metadata = {"name": name, "labels": labels}
        self.apply([{"apiVersion": "v1", "kind": "Node", "metadata": metadata, "spec": {"taints": taints}}])
        room = {"cpu": "2", "memory": "4Gi", "pods": "110"}
        status = {"allocatable": room, "capacity": room, "conditions": [{"type": "Ready", "status": "True"}]}
        patch = json.dumps({"status": status})
        self.kubectl("patch", "node", name, "--subresource=status", "--type=merge", "--patch", patch)

    def _start(self):
        etcd, api = (f"http://127.0.0.1:{self.ports['etcd']}", f"https://127.0.0.1:{self.ports['api']}")
        kubeconfig, key, tokens = (self.directory / each for each in ("kubeconfig", "accounts.key", "tokens.csv"))
        subprocess.run(["openssl", "genrsa", "-out", key, "2048"], check=True, capture_output=True)
        tokens.write_text(f'{self.token},admin,admin,"system:masters"\n')
        tokens.chmod(0o600)
        kubeconfig.write_text(json.dumps(self._kubeconfig(api)))
        kubeconfig.chmod(0o600)

        peer = f"http://127.0.0.1:{self.ports['peer']}"
        self._run(
            "etcd", "--data-dir", self.directory / "etcd", "--unsafe-no-fsync",
            "--listen-client-urls", etcd, "--advertise-client-urls", etcd,
            "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer, "--initial-cluster", f"default={peer}",
        )  # fmt: skip
        self._wait("etcd", lambda: urllib.request.urlopen(f"{etcd}/health", timeout=5).read())
        self._run(
            "kube-apiserver", "--etcd-servers", etcd, "--cert-dir", self.directory / "certificates",
            "--bind-address", "127.0.0.1", "--secure-port", self.ports["api"], "--endpoint-reconciler-type", "none",
            "--service-cluster-ip-range", "10.96.0.0/16", "--authorization-mode", "RBAC", "--token-auth-file", tokens,
            "--service-account-issuer", "https://kubernetes.default.svc", "--service-account-key-file", key,
            "--service-account-signing-key-file", key,
            # Without kubelets this plugin would taint every node.
            "--disable-admission-plugins", "TaintNodesByCondition",
        )  # fmt: skip
        self._wait("kube-apiserver", lambda: self.kubectl("get", "--raw", "/readyz"))
        self._run(
            "kube-controller-manager", "--kubeconfig", kubeconfig, "--leader-elect=false",
            "--bind-address", "127.0.0.1", "--secure-port", self.ports["controllers"],
            "--cert-dir", self.directory / "certificates", "--service-account-private-key-file", key,
            "--controllers", "daemonset-controller,serviceaccount-controller,garbage-collector-controller",
        )  # fmt: skip
        self._run(
            "kube-scheduler", "--kubeconfig", kubeconfig, "--leader-elect=false", "--bind-address", "127.0.0.1",
            "--secure-port", self.ports["scheduler"], "--cert-dir", self.directory / "certificates",
        )  # fmt: skip
        self._wait("kube-controller-manager", lambda: self.kubectl("get", "serviceaccount", "default"))

    def _kubeconfig(self, api):
        return {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "test", "cluster": {"server": api, "insecure-skip-tls-verify": True}}],
            "users": [{"name": "test", "user": {"token": self.token}}],
            "contexts": [{"name": "test", "context": {"cluster": "test", "user": "test"}}],
            "current-context": "test",
        }

    def _run(self, part, *arguments):
        log = self._running.enter_context(open(self.directory / f"{part}.log", "w"))
        process = subprocess.Popen(
            [self.binary, part, *map(str, arguments)], stdout=log, stderr=log, stdin=subprocess.DEVNULL
        )
        self._running.callback(_stop, process)

    def _wait(self, part, ready):
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                return ready()
            except (RuntimeError, OSError, subprocess.TimeoutExpired) as failure:
                if time.monotonic() > deadline:
                    log = (self.directory / f"{part}.log").read_text()[-2000:]
                    raise RuntimeError(f"{part} is not ready after {START_SECONDS} s:\n{log}") from failure
                time.sleep(0.2)


def _stop(process):
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _free_ports(*names):
    with contextlib.ExitStack() as held:
        sockets = {name: held.enter_context(socket.create_server(("127.0.0.1", 0))) for name in names}
        return {name: each.getsockname()[1] for name, each in sockets.items()}
