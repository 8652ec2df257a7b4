"""Tests the rules that every rendering must keep, by kustomize and by Helm."""

import functools
import re
import shlex
import tempfile
import unittest
from pathlib import Path

from conformance import violations
from rendering import (
    DAEMONSET,
    NAME,
    TOP,
    agent,
    all_renderings,
    env,
    helm,
    helm_text,
    kustomization,
    kustomize,
    kustomize_components,
    objects,
    only,
    pod_spec,
    value_sets,
)
from scheduling import runs_on

COMPUTE_TYPE = "eks.amazonaws.com/compute-type"
LINUX = {"kubernetes.io/os": "linux"}
NODES = {
    "managed": (LINUX | {"eks.amazonaws.com/nodegroup": "main"}, []),
    "arm64": (LINUX | {"kubernetes.io/arch": "arm64"}, []),
    "Karpenter": (LINUX | {"karpenter.sh/nodepool": "default"}, []),
    "HyperPod": (LINUX | {"sagemaker.amazonaws.com/compute-type": "hyperpod"}, []),
    "EC2 by its compute type": (LINUX | {COMPUTE_TYPE: "ec2"}, []),
    "tainted": (
        LINUX,
        [
            {"key": "nvidia.com/gpu", "value": "true", "effect": "NoSchedule"},
            {"key": "node.kubernetes.io/not-ready", "effect": "NoExecute"},
        ],
    ),
    "Fargate": (
        LINUX | {COMPUTE_TYPE: "fargate"},
        [{"key": COMPUTE_TYPE, "value": "fargate", "effect": "NoSchedule"}],
    ),
    "hybrid": (LINUX | {COMPUTE_TYPE: "hybrid"}, []),
    "Auto Mode": (LINUX | {COMPUTE_TYPE: "auto"}, []),
    "Windows": ({"kubernetes.io/os": "windows"}, []),
}
WITH_IPAMD = {"managed", "arm64", "Karpenter", "HyperPod", "EC2 by its compute type", "tainted"}

PROBES = ("startupProbe", "livenessProbe", "readinessProbe")

HELP = TOP / "agent/src/test/resources/goldens/help-prepare-state-dir.txt"


def owner(pod):
    """The agent's user and group, which `prepare-state-dir` uses."""
    return "{runAsUser}:{runAsGroup}".format(**pod["securityContext"])


def violated_controls(pod):
    """The controls of the Pod Security Standard `baseline` that a pod violates, of those that can concern the agent."""
    containers = pod["containers"] + pod.get("initContainers", [])
    probes = [each[probe] for each in containers for probe in PROBES if probe in each]
    violated = {
        "Host Namespaces": any(pod.get(each) for each in ("hostNetwork", "hostPID", "hostIPC")),
        "Host Ports": any(port.get("hostPort") for each in containers for port in each.get("ports", [])),
        "Host Probes / Lifecycle Hooks": any("host" in probe["httpGet"] for probe in probes),
        "HostPath Volumes": any("hostPath" in each for each in pod["volumes"]),
        "Privileged Containers": any(each["securityContext"].get("privileged") for each in containers),
    }
    return {control for control, holds in violated.items() if holds}


def nodes_of(rendered):
    return {name for name, node in NODES.items() if runs_on(pod_spec(rendered), node)}


def of_every_rendering(test):
    @functools.wraps(test)
    def for_each(self):
        for name, rendered in all_renderings():
            with self.subTest(name):
                test(self, rendered)

    return for_each


class Schemas(unittest.TestCase):
    def test_every_rendering_fits_those_of_kubernetes_and_of_the_prometheus_operator(self):
        renderings = dict(all_renderings())
        renderings |= {f"helm test with {name}": helm(values, "--include-crds") for name, values in value_sets().items()}
        self.assertEqual([], violations(renderings))

    def test_a_wrong_field_of_each_kind_would_be_found(self):
        for each in helm(value_sets()["everything"], "--include-crds"):
            wrong = each | {"spec": each.get("spec", {}) | {"unknownField": 1}}
            found = "".join(violations({"wrong": [wrong]}))
            self.assertRegex(found, "'(unknownField|spec)'.* not allowed", each["kind"])


class EveryRendering(unittest.TestCase):
    @of_every_rendering
    def test_contains_only_the_expected_objects(self, rendered):
        expected = {"ServiceAccount", "DaemonSet", "PodMonitor", "PrometheusRule", "ConfigMap"}
        self.assertLessEqual({each["kind"] for each in rendered}, expected)

    @of_every_rendering
    def test_reaches_ipamd_and_metadata_by_the_hosts_network(self, rendered):
        self.assertTrue(pod_spec(rendered)["hostNetwork"])

    @of_every_rendering
    def test_needs_no_cluster_dns(self, rendered):
        self.assertEqual("Default", pod_spec(rendered)["dnsPolicy"])

    @of_every_rendering
    def test_mounts_no_token_of_kubernetes(self, rendered):
        self.assertIs(False, pod_spec(rendered)["automountServiceAccountToken"])
        for account in (each for each in rendered if each["kind"] == "ServiceAccount"):
            self.assertIs(False, account["automountServiceAccountToken"])

    @of_every_rendering
    def test_runs_unprivileged(self, rendered):
        pod = pod_spec(rendered)["securityContext"]
        self.assertTrue(pod["runAsNonRoot"])
        self.assertGreater(pod["runAsUser"], 0)
        self.assertEqual({"type": "RuntimeDefault"}, pod["seccompProfile"])
        container = {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        self.assertLessEqual(container.items(), agent(rendered)["securityContext"].items())

    @of_every_rendering
    def test_gives_an_init_container_chown_and_nothing_else(self, rendered):
        for container in pod_spec(rendered).get("initContainers", []):
            security = container["securityContext"]
            self.assertEqual({"drop": ["ALL"], "add": ["CHOWN"]}, security["capabilities"])
            self.assertIs(False, security["allowPrivilegeEscalation"])
            self.assertIs(True, security["readOnlyRootFilesystem"])

    @of_every_rendering
    def test_has_an_init_container_that_its_own_image_can_run(self, rendered):
        pod, main = pod_spec(rendered), agent(rendered)
        on_the_host = any("hostPath" in each for each in pod["volumes"])
        self.assertEqual(on_the_host, "initContainers" in pod)
        for container in pod.get("initContainers", []):
            self.assertEqual(main["image"], container["image"])
            # A `command` would replace the entry point, and the image has no other program.
            self.assertNotIn("command", container)
            self.assertEqual(["prepare-state-dir"], container["args"])
            variables = {each["name"]: each["value"] for each in container["env"]}
            self.assertEqual(env(rendered)["STATE_DIR"], variables.pop("STATE_DIR"))
            default = re.search(r"env STATE_OWNER\n +default (\S+)", HELP.read_text())[1]
            self.assertEqual(owner(pod), variables.pop("STATE_OWNER", default))
            self.assertEqual({}, variables)
            self.assertEqual(main["volumeMounts"][:1], container["volumeMounts"])

    @of_every_rendering
    def test_limits_memory_but_not_cpu(self, rendered):
        resources = agent(rendered)["resources"]
        self.assertIn("memory", resources["limits"])
        self.assertNotIn("cpu", resources["limits"])
        self.assertEqual({"cpu", "memory"}, set(resources["requests"]))

    @of_every_rendering
    def test_never_runs_two_agents_on_a_node(self, rendered):
        strategy = only(rendered, "DaemonSet")["spec"]["updateStrategy"]
        self.assertEqual("RollingUpdate", strategy["type"])
        self.assertEqual(0, strategy["rollingUpdate"]["maxSurge"])

    @of_every_rendering
    def test_has_a_grace_period_longer_than_the_stop_of_the_agent(self, rendered):
        self.assertGreater(pod_spec(rendered)["terminationGracePeriodSeconds"], 10)

    @of_every_rendering
    def test_notices_refused_rights_before_a_new_pod_counts_as_available(self, rendered):
        ready = agent(rendered)["readinessProbe"]
        noticed = ready["periodSeconds"] * ready["failureThreshold"]
        self.assertGreater(only(rendered, "DaemonSet")["spec"]["minReadySeconds"], noticed)

    @of_every_rendering
    def test_probes_the_address_that_the_agent_listens_on(self, rendered):
        host, port = env(rendered)["HEALTH_ADDRESS"].rsplit(":", 1)
        pages = {"startupProbe": "/livez", "livenessProbe": "/livez", "readinessProbe": "/readyz"}
        for probe, page in pages.items():
            probed = agent(rendered)[probe]["httpGet"]
            self.assertEqual((page, int(port)), (probed["path"], probed["port"]))
            self.assertEqual("127.0.0.1" if host == "127.0.0.1" else None, probed.get("host"))

    @of_every_rendering
    def test_listens_on_the_nodes_address_only_for_prometheus(self, rendered):
        monitors = [each for each in rendered if each["kind"] == "PodMonitor"]
        loopback = env(rendered)["HEALTH_ADDRESS"].startswith("127.0.0.1:")
        self.assertNotEqual(bool(monitors), loopback)
        for monitor in monitors:
            [endpoint] = monitor["spec"]["podMetricsEndpoints"]
            self.assertEqual("health", endpoint["port"])

    @of_every_rendering
    def test_declares_its_port_so_that_the_scheduler_sees_a_second_agent(self, rendered):
        port = int(env(rendered)["HEALTH_ADDRESS"].rsplit(":", 1)[1])
        expected = {"name": "health", "containerPort": port, "hostPort": port, "protocol": "TCP"}
        self.assertEqual([expected], agent(rendered)["ports"])

    @of_every_rendering
    def test_names_its_pod_on_its_pages(self, rendered):
        self.assertEqual({"fieldRef": {"fieldPath": "metadata.name"}}, env(rendered)["POD_NAME"])

    @of_every_rendering
    def test_violates_only_the_controls_of_pod_security_that_the_page_names(self, rendered):
        page = (TOP / "docs/deploy.md").read_text().split("## Pod security")[1].split("\n## ")[0]
        named = set(re.findall(r"^\| (.+?) \|", page, re.MULTILINE)) - {"control", "---"}
        self.assertEqual({"Host Namespaces", "Host Ports", "Host Probes / Lifecycle Hooks", "HostPath Volumes"}, named)
        self.assertLessEqual(violated_controls(pod_spec(rendered)), named)

    @of_every_rendering
    def test_knows_its_node_by_the_downward_api(self, rendered):
        self.assertEqual({"fieldRef": {"fieldPath": "spec.nodeName"}}, env(rendered)["NODE_NAME"])

    @of_every_rendering
    def test_sets_each_variable_once_and_to_a_value(self, rendered):
        variables = agent(rendered)["env"]
        names = [each["name"] for each in variables]
        self.assertEqual(sorted(set(names)), sorted(names))
        for each in variables:
            self.assertTrue(each.get("value") or each.get("valueFrom"), each)

    @of_every_rendering
    def test_defines_a_variable_before_another_refers_to_it(self, rendered):
        seen = set()
        for each in agent(rendered)["env"]:
            self.assertLessEqual(set(re.findall(r"\$\((\w+)\)", each.get("value", ""))), seen)
            seen.add(each["name"])

    @of_every_rendering
    def test_has_room_for_the_state_file_and_its_replacement(self, rendered):
        [state] = [each for each in pod_spec(rendered)["volumes"] if each["name"] == "state"]
        [mount] = [each for each in agent(rendered)["volumeMounts"] if each["name"] == "state"]
        self.assertEqual(env(rendered)["STATE_DIR"], mount["mountPath"])
        if "emptyDir" in state:
            self.assertGreaterEqual(int(state["emptyDir"]["sizeLimit"].removesuffix("Mi")), 16 + 8)

    @of_every_rendering
    def test_opts_out_of_injected_agents_and_proxies(self, rendered):
        metadata = only(rendered, "DaemonSet")["spec"]["template"]["metadata"]
        labels = {"admission.datadoghq.com/enabled": "false", "sidecar.istio.io/inject": "false"}
        annotations = {
            "dynatrace.com/inject": "false",
            "oneagent.dynatrace.com/inject": "false",
            "instrumentation.opentelemetry.io/inject-java": "false",
            "sidecar.opentelemetry.io/inject": "false",
            "linkerd.io/inject": "disabled",
        }
        self.assertLessEqual(labels.items(), metadata["labels"].items())
        self.assertLessEqual(annotations.items(), metadata["annotations"].items())

    @of_every_rendering
    def test_is_selected_by_its_own_labels(self, rendered):
        spec = only(rendered, "DaemonSet")["spec"]
        selectors = [spec["selector"]["matchLabels"]]
        selectors += [each["spec"]["selector"]["matchLabels"] for each in rendered if each["kind"] == "PodMonitor"]
        for selector in selectors:
            self.assertLessEqual(selector.items(), spec["template"]["metadata"]["labels"].items())


class Defaults(unittest.TestCase):
    def test_a_tenth_of_the_nodes_may_be_without_an_agent(self):
        for rendered in (kustomize("base"), helm()):
            rolling = only(rendered, "DaemonSet")["spec"]["updateStrategy"]["rollingUpdate"]
            self.assertEqual("10%", rolling["maxUnavailable"])

    def test_the_agent_is_critical_to_its_node(self):
        for rendered in (kustomize("base"), helm()):
            self.assertEqual("system-node-critical", pod_spec(rendered)["priorityClassName"])


class StateOnTheHost(unittest.TestCase):
    def test_its_init_container_has_the_image_of_the_users_kustomization(self):
        with tempfile.TemporaryDirectory() as directory:
            base, top = Path(directory) / "base", Path(directory) / "top"
            base.mkdir()
            top.mkdir()
            images = [{"name": NAME, "newName": "mirror/agent", "newTag": "1.2.3"}]
            kustomization(base, {"resources": [str(DAEMONSET / "base")], "images": images})
            components = [str(DAEMONSET / "components/host-path-state")]
            rendered = kustomization(top, {"resources": [str(base)], "components": components})
        [init] = pod_spec(rendered)["initContainers"]
        self.assertEqual(("mirror/agent:1.2.3",) * 2, (agent(rendered)["image"], init["image"]))


class Nodes(unittest.TestCase):
    def test_every_linux_node_with_an_ipamd_gets_the_agent(self):
        for rendered in (kustomize("base"), helm()):
            self.assertEqual(WITH_IPAMD, nodes_of(rendered))

    def test_auto_mode_is_enabled_by_a_value_or_a_component(self):
        for rendered in (kustomize_components("auto-mode"), helm({"autoMode": True})):
            self.assertEqual(WITH_IPAMD | {"Auto Mode"}, nodes_of(rendered))

    def test_a_users_affinity_narrows_the_rule_and_never_replaces_it(self):
        terms = [
            {"matchExpressions": [{"key": "kubernetes.io/arch", "operator": "In", "values": ["arm64"]}]},
            {"matchExpressions": [{"key": COMPUTE_TYPE, "operator": "Exists"}]},
        ]
        node = {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": terms}}
        rendered = helm({"affinity": {"nodeAffinity": node}})
        self.assertEqual({"arm64", "EC2 by its compute type"}, nodes_of(rendered))

    def test_a_users_node_selector_adds_to_linux(self):
        rendered = helm({"nodeSelector": {"karpenter.sh/nodepool": "default"}})
        self.assertEqual({"Karpenter"}, nodes_of(rendered))

    def test_tolerations_can_be_narrowed(self):
        self.assertEqual(WITH_IPAMD - {"tainted"}, nodes_of(helm({"tolerations": []})))

    def test_the_page_says_on_which_nodes_the_agent_runs(self):
        page = (TOP / "docs/nodes.md").read_text()
        rows = dict(re.findall(r"(?m)^\| ([^|]+) \| (yes|no|with `autoMode: true`) \|", page.split("## Operating")[0]))
        named = {"managed node group, self-managed node": "managed", "GPU or other taints": "tainted"}
        auto = nodes_of(helm({"autoMode": True}))
        expected = {True: "yes", False: "no"}
        for row, runs in rows.items():
            node = named.get(row, row)
            says = "with `autoMode: true`" if node in auto - WITH_IPAMD else expected[node in WITH_IPAMD]
            self.assertEqual(says, runs, row)
        self.assertEqual(set(NODES) - {"EC2 by its compute type"}, {named.get(row, row) for row in rows})

    def trial(self, file, release):
        """The objects of a page's command that tries one node. The agent must have a receiver, or it does not start."""
        page = (TOP / file).read_text()
        command = re.search(rf"helm install {release} (.*?)\n    kubectl", page, re.S)[1].replace("\\\n", " ")
        command = command.replace("REGISTRY", "registry").replace("$REGION", "eu-west-1")
        flags = shlex.split(command)[3:]
        rendered = objects(helm_text(*flags, "--skip-tests", release=release))
        self.assertIn(f"daemonset/{only(rendered, 'DaemonSet')['metadata']['name']} ", page)
        self.assertEqual(("false", "true"), (env(rendered)["USE_CLOUDWATCH"], env(rendered)["USE_PROMETHEUS"]))
        return rendered

    def test_the_trial_of_a_version_runs_on_labelled_nodes_with_its_own_port(self):
        rendered = self.trial("docs/upgrade.md", "cni-metrics-try")
        self.assertEqual("[$(HOST_IP)]:61692", env(rendered)["HEALTH_ADDRESS"])
        labels, taints = NODES["managed"]
        self.assertTrue(runs_on(pod_spec(rendered), (labels | {"cni-metrics": "try"}, taints)))
        self.assertEqual(set(), nodes_of(rendered))

    def test_the_trial_on_a_node_of_auto_mode_runs_on_this_node_only(self):
        rendered = self.trial("docs/nodes.md", "trial")
        labels, taints = NODES["Auto Mode"]
        self.assertTrue(runs_on(pod_spec(rendered), (labels | {"kubernetes.io/hostname": "NODE"}, taints)))
        self.assertEqual(set(), nodes_of(rendered))
