"""One node of the bench in its own namespaces: stand-ins, the real ipamD, pods and the agent.

The process that imports this module must be the first process of its namespaces. bench.py starts this process. When it
ends, the kernel ends all other processes of the namespaces.
"""
import json
import os
import re
import subprocess
import time
from pathlib import Path

import truth
from instance import CLUSTER, NODE_NAME, REGION
from web import get, post

HERE = Path(__file__).parent
ENIS, METRICS = "http://127.0.0.1:61679/v1/enis", "http://127.0.0.1:61678/metrics"
STATUS = "http://127.0.0.1:61690/status"
STANDINS, PODS = "http://127.0.0.1:4600/", "http://127.0.0.1:4700/"
# The values of variables in the manifest of VPC CNI 1.23.
IPAMD_ENVIRONMENT = {
    "ENABLE_IPv4": "true", "ENABLE_IPv6": "false", "ENABLE_PREFIX_DELEGATION": "false", "WARM_ENI_TARGET": "1",
    "WARM_PREFIX_TARGET": "1", "ENABLE_POD_ENI": "false", "ENABLE_SUBNET_DISCOVERY": "true",
    "AWS_VPC_ENI_MTU": "9001", "AWS_VPC_K8S_CNI_EXTERNALSNAT": "false", "AWS_VPC_K8S_CNI_RANDOMIZESNAT": "prng",
    "AWS_VPC_K8S_CNI_VETHPREFIX": "eni", "DISABLE_TCP_EARLY_DEMUX": "false", "ANNOTATE_POD_IP": "false",
    "NETWORK_POLICY_ENFORCING_MODE": "standard", "AWS_VPC_K8S_CNI_LOGLEVEL": "DEBUG", "CLUSTER_NAME": CLUSTER,
    "CLUSTER_ENDPOINT": "http://127.0.0.1:8001", "MY_NODE_NAME": NODE_NAME, "MY_POD_NAME": "aws-node-bench"}
# AWS_EC2_ENDPOINT is for releases before 1.19, which use version 1 of the SDK.
AWS_ENVIRONMENT = {
    "AWS_ENDPOINT_URL_EC2": "http://127.0.0.1:4599", "AWS_EC2_ENDPOINT": "http://127.0.0.1:4599",
    "AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://169.254.169.254",
    "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "y", "AWS_REGION": REGION}
POLL_SECONDS = 10
WAIT_STEP_SECONDS = 0.5


class Failed(Exception):
    """The scenario could not be played. There is no result about the agent."""


class Node:
    """A node with a running ipamD. `failures` lists the expectations about the agent's reports that were not met."""

    def __init__(self, folder, bin_folder, release, agent, settings=None, **ipamd_environment):
        self.folder, self.release = Path(folder), release
        self.failures, self.verdicts, self.polls, self.wrong_numbers = [], 0, 0, []
        self._bin, self._agent, self._max_pods = Path(bin_folder), agent, (settings or {}).get("max_pods", 58)
        self._started, self._ipamd, self._marks = time.time(), None, []
        (self.folder / "kubeconfig").write_text(json.dumps({
            "apiVersion": "v1", "kind": "Config", "current-context": "bench", "users": [{"name": "u", "user": {}}],
            "clusters": [{"name": "c", "cluster": {"server": "http://127.0.0.1:8001"}}],
            "contexts": [{"name": "bench", "context": {"cluster": "c", "user": "u"}}]}))
        self.environment = {**IPAMD_ENVIRONMENT, **AWS_ENVIRONMENT, "VPC_CNI_VERSION": f"v{release}",
                            "KUBECONFIG": str(self.folder / "kubeconfig"),
                            "AWS_VPC_K8S_CNI_LOG_FILE": str(self.folder / "ipamd.log"), **ipamd_environment}
        subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/run"], check=True)
        Path("/run/aws-node").mkdir()
        self._start("standins", ["python3", str(HERE / "standins.py"), json.dumps(settings or {})])
        self.until("the stand-ins", lambda: get(STANDINS), 60)
        self.start_ipamd()
        grpc = "unix:///var/run/aws-node/ipamd.sock" if self.is_since(1, 23) else "127.0.0.1:50051"
        self._start("pods", [str(self._bin / f"pods-{release}"), "-ipamd", grpc])
        self.until("the pods", lambda: get(PODS + "truth"), 20)
        self.samples = truth.Sampler(self.folder / "samples.jsonl", {
            "ec2": STANDINS, "pods": PODS + "truth", "enis": ENIS, "metrics": METRICS})
        common = ["--poll-interval", f"{POLL_SECONDS}s", "--cluster-id", CLUSTER, "--max-pods", str(self._max_pods)]
        self._start("polls", [agent, "dry-run", "--watch", "--output", "json", *common], AWS_ENVIRONMENT)
        self._start("run", [agent, "run", "--cloudwatch=false", "--prometheus", *common], AWS_ENVIRONMENT)

    def is_since(self, *release):
        """Whether ipamD is of this release, such as (1, 23), or of a later release."""
        return tuple(map(int, self.release.split("."))) >= release

    # The following functions change the node.

    def start_ipamd(self, **environment):
        """Starts ipamD. Later starts keep the changed variables."""
        self.environment.update(environment)
        self.mark("ipamD starts")
        self._ipamd = self._start("ipamd", [str(self._bin / f"aws-k8s-agent-{self.release}")], self.environment)

    def kill_ipamd(self):
        """Kills ipamD with SIGKILL. After SIGTERM ipamD would keep running and only stop attaching ENIs."""
        self.mark("ipamD is killed")
        self._ipamd.kill()
        self._ipamd.wait()

    def ready(self):
        self.until("ipamD", lambda: get(ENIS), 120)

    def ipamd_ended(self):
        return self._ipamd.poll() is not None

    def pods(self, count, rate, oldest=False):
        self.mark(f"{count} pods, {rate} a second")
        post(f"{PODS}target?pods={count}&rate={rate}&oldest={str(oldest).lower()}")

    def churn(self, rate):
        self.mark(f"{rate} pods a second are replaced")
        post(f"{PODS}churn?rate={rate}")

    def change(self, **request):
        self.mark(f"EC2: {request}")
        post(STANDINS, json.dumps(request))

    def metadata(self, up):
        self.mark(f"instance metadata {'back' if up else 'away'}")
        subprocess.run(["ip", "addr", "add" if up else "del", "169.254.169.254/32", "dev", "lo"], check=True)

    def wait(self, seconds):
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            time.sleep(left)

    def until(self, what, condition, seconds):
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end:
                raise Failed(f"{what}: not ready after {seconds} s")
            time.sleep(WAIT_STEP_SECONDS)

    # The following functions read what the agent reports about the node.

    def doctor(self, step, finding=None, level="fail", past=(), never=(), polls=1):
        """Expects a verdict with this finding and level. Without a finding, expects the verdict that there is no
        trouble, or a warning of a finding in `past`. Such a finding ended in the last minutes.

        Every other failure must be explained by another finding. `never` lists ids that must not fail or warn.
        """
        self.mark(f"doctor: {step}")
        for name, url in (("enis.json", ENIS), ("metrics.txt", METRICS), ("status.json", STATUS)):
            (self.folder / f"{step}-{name}").write_text(get(url) or "")
        (self.folder / f"{step}-truth.json").write_text(json.dumps(truth.sample({"ec2": STANDINS, "pods": PODS + "truth"})))
        done = subprocess.run(
            [self._agent, "doctor", "--output", "json", "--poll-interval", f"{POLL_SECONDS}s", "--cluster-id", CLUSTER,
             "--max-pods", str(self._max_pods), "--polls", str(polls)],
            env={**os.environ, **AWS_ENVIRONMENT}, capture_output=True, text=True, timeout=300)
        (self.folder / f"{step}-doctor.json").write_text(done.stdout)
        if not done.stdout:
            raise Failed(f"{step}: doctor: {done.stderr}")
        diagnosis = json.loads(done.stdout)
        verdict, findings = diagnosis["verdict"], diagnosis["findings"]
        print(f"    {verdict['text']}", flush=True)
        self.verdicts += 1
        said = verdict["level"], verdict.get("finding")
        right = [(level, finding)] if finding else [("ok", None), *(("warn", each) for each in past)]
        if said not in right:
            self.failures.append(f"{step}: verdict {said} '{verdict['text']}', expected {right[0]}")
        troubles = {level: {each["id"] for each in findings if each["level"] == level} for level in ("fail", "warn")}
        unexplained = {each["id"] for each in findings if each["level"] == "fail" and not each.get("explainedBy")}
        self.expect(f"{step}: other failures without an explanation", unexplained - {finding}, set())
        self.expect(f"{step}: contradictions", set(never) & (troubles["fail"] | troubles["warn"]), set())
        self.expect(f"{step}: exit code", done.returncode, 1 if troubles["fail"] else 0)

    def troubles(self, metric, finding):
        """Expects that the log reports trouble of the metric, and that the last such line names this finding."""
        def reported():
            lines = (self.folder / "run.log").read_text().splitlines()
            return [line for line in lines if "trouble minute=" in line and f" {metric}=" in line]

        # The agent reports a minute at its end, and reports no minute in which the agent started.
        end = time.monotonic() + 125
        while not reported() and time.monotonic() < end:
            time.sleep(1)
        self.expect(f"log: finding of {metric} in {reported()[-1:]}",
                    re.findall(r"finding=(\S+)", "".join(reported()[-1:])), [finding])

    def expect(self, what, found, expected):
        if found != expected:
            self.failures.append(f"{what}: {found}, expected {expected}")

    def finish(self):
        """Ends the agents, then compares all polls of the agents with the samples."""
        self.samples.stop()
        (self.folder / "marks.json").write_text(json.dumps(self._marks))
        # A poll needs samples before and after it.
        last = self.samples.taken[-1]["time"] - truth.WINDOW_SECONDS
        polls = [poll for poll in truth.lines(self.folder / "polls.log") if truth.taken_at(poll) <= last]
        self.polls = len(polls)
        self.wrong_numbers = truth.compare(polls, self.samples.taken, self._marks)

    def mark(self, text):
        self._marks.append((time.time(), text))
        print(f"  {self.folder.name} {time.time() - self._started:5.0f} s  {text}", flush=True)

    def _start(self, name, command, environment=None):
        with open(self.folder / f"{name}.log", "ab") as output:
            return subprocess.Popen(command, env={**os.environ, **(environment or {})}, stdout=output,
                                    stderr=subprocess.STDOUT if name != "polls" else subprocess.DEVNULL)
