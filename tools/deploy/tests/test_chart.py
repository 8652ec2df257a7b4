"""Tests that the chart renders the same objects as kustomize. Also tests the notes and the chart's copies of agent
facts."""

import json
import re
import shutil
import tempfile
import unittest
from pathlib import Path
from xml.etree import ElementTree

import yaml

import chart_readme

from rendering import (
    CHART,
    DAEMONSET,
    NAME,
    TOP,
    Refused,
    checks,
    helm,
    helm_text,
    kustomize,
    kustomize_components,
    notes,
    only,
    pod_spec,
    run,
    value_sets,
)

ROLE = {"eks.amazonaws.com/role-arn": "arn:aws:iam::111122223333:role/cni-metrics-agent"}
IRSA = {"serviceAccount": {"annotations": ROLE}}
PROMETHEUS = {"podMonitor": {"enabled": True}}
OTLP = {"otlp": {"endpoint": "cloudwatch"}}
HOST_PATH = {"state": {"hostPath": "/var/lib/cni-metrics-agent"}}
HELMS_OWN = ("helm.sh/chart", "app.kubernetes.io/managed-by")


def comparable(rendered):
    """Returns the objects by kind, without Helm's labels. Lists of named entries become dictionaries."""
    result = {}
    for each in rendered:
        labels = each["metadata"]["labels"]
        each["metadata"]["labels"] = {key: labels[key] for key in labels if key not in HELMS_OWN}
        result[each["kind"]] = _by_name(each)
    return result


def _by_name(value):
    if isinstance(value, dict):
        return {key: _by_name(each) for key, each in value.items()}
    if isinstance(value, list) and value and all(isinstance(each, dict) and "name" in each for each in value):
        return {each["name"]: _by_name(each) for each in value}
    return value


class SameAsKustomize(unittest.TestCase):
    maxDiff = None

    def assert_same(self, kustomized, values):
        self.assertEqual(comparable(kustomized), comparable(helm(values)))

    def test_without_values(self):
        self.assert_same(kustomize("base"), {})

    def test_with_irsa(self):
        self.assert_same(kustomize("overlays/irsa"), IRSA)

    def test_with_pod_identity(self):
        self.assert_same(kustomize("overlays/pod-identity"), {})

    def test_with_prometheus(self):
        self.assert_same(kustomize("overlays/prometheus"), PROMETHEUS)

    def test_with_state_on_the_host(self):
        self.assert_same(kustomize("overlays/host-path-state"), HOST_PATH)

    def test_with_all_of_them(self):
        components = ("irsa", "prometheus", "host-path-state", "auto-mode")
        self.assert_same(kustomize_components(*components), IRSA | PROMETHEUS | HOST_PATH | {"autoMode": True})


class WithoutDrift(unittest.TestCase):
    def test_two_renderings_are_the_same_text(self):
        for name, values in value_sets().items():
            with self.subTest(name):
                self.assertEqual(helm(values), helm(values))
        self.assertEqual(helm_text(), helm_text())

    def test_no_template_reads_the_cluster_the_clock_or_random_values(self):
        changing = re.compile(
            r"\b(lookup|Capabilities|Revision|IsUpgrade|IsInstall|now|uuidv4|genCA|genSignedCert|genPrivateKey"
            r"|rand(Alpha|Numeric|AlphaNum|Ascii|Int|Bytes)|shuffle|getHostByName|env\s+\"|expandenv)\b"
        )
        for path in (CHART / "templates").rglob("*"):
            if path.is_file():
                with self.subTest(path.name):
                    actions = re.findall(r"{{.*?}}", path.read_text(), re.S)
                    self.assertEqual([], [each for each in actions if changing.search(each)])


class OneSourceOfFacts(unittest.TestCase):
    """Facts of the agent that the chart repeats."""

    def test_the_chart_knows_every_setting_of_the_agent(self):
        config = TOP / "agent/src/main/java/io/cnimetrics/config"
        settings = set(re.findall(r'"--[a-z-]+",\s*"([A-Z][A-Z0-9_]+)"', (config / "Settings.java").read_text()))
        otlp = set(re.findall(r'"(OTEL_[A-Z_]+)";', (config / "Otlp.java").read_text()))
        self.assertGreater(len(settings), 15)
        own = {"NODE_NAME", "STATE_DIR", "HEALTH_ADDRESS"}
        schema = json.loads((CHART / "values.schema.json").read_text())
        self.assertEqual(settings, own | set(schema["properties"]["env"]["properties"]))
        self.assertEqual(3, len(otlp))
        self.assertLessEqual((settings - own) | otlp, set(checks()["env"]))

    def test_the_version_is_the_projects(self):
        version = re.search(r"<version>([^<]+)</version>", (TOP / "pom.xml").read_text()).group(1)
        chart = yaml.safe_load((CHART / "Chart.yaml").read_text())
        self.assertEqual((version, version), (chart["version"], chart["appVersion"]))
        for rendered in (kustomize("base"), kustomize("overlays/host-path-state"), kustomize("overlays/prometheus")):
            pod = pod_spec(rendered)
            images = {each["image"] for each in pod["containers"] + pod.get("initContainers", [])}
            self.assertEqual({f"{NAME}:{version}"}, images)
            versions = {each["metadata"]["labels"]["app.kubernetes.io/version"] for each in rendered}
            self.assertEqual({version}, versions)


class Notes(unittest.TestCase):
    def test_name_the_monthly_price(self):
        lines = (CHART / "metrics.txt").read_text().splitlines()
        metrics = [line for line in lines if not line.startswith("#")]
        core = [line for line in metrics if line.endswith(" core")]
        for names, count in (("all", len(metrics)), ("core", len(core)), ("ipamdUp,ipamdErr", 2)):
            price = rf"metrics   \${0.3 * count:.2f}   {count} metrics × .*\n.*requests  \$0\.43"
            self.assertRegex(notes({"env": {"METRICS": names}}), price)

    def test_count_longer_intervals(self):
        text = notes({"env": {"METRICS": "core", "PUBLISH_INTERVAL": "5m"}})
        self.assertRegex(text, r"metrics   \$1\.80 .*\n.*requests  \$0\.09 .* 5 minutes")

    def test_name_the_price_of_one_node_if_it_grows_with_the_nodes(self):
        for dimension in ("NODE", "INSTANCE_ID", "INSTANCE_TYPE", "AVAILABILITY_ZONE"):
            text = notes({"env": {"METRIC_DIMENSIONS": f"CLUSTER_ID;CLUSTER_ID,{dimension}"}})
            self.assertRegex(text, r"metrics   at least \$\d+\.\d\d .* × 2 sets of dimensions, for one node\n")
            self.assertIn("exec daemonset/cni-metrics-agent -- cni-metrics-agent plan --nodes N", text)
        self.assertNotIn("at least", notes())

    def test_name_the_price_of_each_subnet(self):
        for asked in (True, "true"):
            env = {"REPORT_SUBNETS": asked, "METRICS": "eniAllocated,subnetFreeIPs"}
            self.assertRegex(notes({"env": env}), r"metrics   \$0\.30 .*\n.*subnets   \$0\.30   per subnet")
        self.assertNotIn("subnet", notes({"env": {"REPORT_SUBNETS": False}}))

    def test_cost_nothing_without_cloudwatch(self):
        self.assertNotIn("$", notes(PROMETHEUS | {"env": {"USE_CLOUDWATCH": "false"}}))

    def test_advise_to_remove_the_helper(self):
        self.assertIn("helm uninstall --namespace kube-system cni-metrics-helper", notes())

    def test_warn_about_the_helpers_namespace(self):
        self.assertIn("WARNING", notes({"namespace": "Kubernetes"}))
        self.assertNotIn("WARNING", notes())


    def test_end_with_three_steps_that_can_be_pasted(self):
        text = notes({"clusterId": "prod", "region": "eu-west-1"})
        for each in (text, notes({"cloudwatch": {"enabled": False}} | PROMETHEUS)):
            self.assertEqual(["1", "2", "3"], re.findall(r"\n\n(\d)\. ", each.split("Next steps:")[1]))
        for command in (
            "rollout status daemonset/cni-metrics-agent",
            "exec daemonset/cni-metrics-agent -- cni-metrics-agent doctor\n",
            "-- cni-metrics-agent dashboard >dashboard.json",
            "-- cni-metrics-agent alarms >alarms.json",
            "put-dashboard --region eu-west-1 --dashboard-name cni-prod",
            "cloudformation deploy --region eu-west-1 --stack-name cni-alarms-prod",
        ):
            self.assertIn(command, text)
        self.assertIn("alarms --cluster-id CLUSTER --region REGION >alarms.json", notes())
        text = notes({"clusterId": "c", "region": "eu-west-1"} | OTLP)
        self.assertIn("alarms --format promql >", text)
        self.assertIn("dashboard --otlp=true >", text)

    def test_say_that_the_dashboard_needs_putmetricdata(self):
        note = "only the first\n   section of this dashboard has data"
        self.assertIn(note, notes(OTLP | {"cloudwatch": {"enabled": False}}))
        self.assertNotIn(note, notes(OTLP))

    def test_commands_use_the_namespace_of_the_agent(self):
        text = notes({"namespaceOverride": "monitoring", "fullnameOverride": "agent"})
        self.assertIn("kubectl --namespace monitoring exec daemonset/agent -- cni-metrics-agent doctor", text)

    def test_say_where_the_metrics_go(self):
        off = {"cloudwatch": {"enabled": False}}
        self.assertNotIn("WARNING", notes(off | PROMETHEUS))
        self.assertIn("It sends by OTLP to CloudWatch.", notes(OTLP))

    def test_enable_only_the_parts_that_prometheus_lacks(self):
        values = {"cloudwatch": {"enabled": False}} | PROMETHEUS
        upgrade = "helm upgrade cni-metrics-agent CHART --namespace kube-system --reset-then-reuse-values"
        text = notes(values)
        self.assertIn(f"{upgrade} \\\n      --set prometheusRule.enabled=true,grafanaDashboard.enabled=true\n", text)
        self.assertIn("you still pay for its metrics", text)
        values["prometheusRule"] = {"enabled": True}
        self.assertIn("--set grafanaDashboard.enabled=true\n", notes(values))
        values["grafanaDashboard"] = {"enabled": True}
        self.assertNotIn("helm upgrade", notes(values))
        self.assertIn("count(cni_ipamd_up)", notes(values))

    def test_name_the_right_that_otlp_needs(self):
        self.assertIn("gives it with Otlp=true.", notes(OTLP))
        self.assertIn("has the role arn:aws:iam::111122223333:role/", notes(OTLP | IRSA))
        self.assertNotIn("Otlp", notes())

    def test_name_the_right_that_the_subnets_need(self):
        self.assertIn("needs the right ec2:DescribeSubnets", notes({"env": {"REPORT_SUBNETS": True}}))
        self.assertNotIn("ec2:DescribeSubnets", notes())

    def test_warn_about_a_receiver_without_a_path(self):
        self.assertIn("WARNING: otlp.endpoint has no path", notes({"otlp": {"endpoint": "http://collector:4318"}}))
        self.assertNotIn("WARNING", notes({"otlp": {"endpoint": "http://collector:4318/v1/metrics"}}))


class Dashboard(unittest.TestCase):
    """The ConfigMap for Grafana's sidecar, in a copy of the chart with a dashboard of the test."""

    TEXT = '{\n  "title": "{{ .Values.x }} {{cluster}} \u00e9",\n  "empty": ""\n}\n'

    def rendered(self, settings, text=TEXT):
        with tempfile.TemporaryDirectory() as directory:
            copy = Path(directory) / "chart"
            shutil.copytree(CHART, copy)
            dashboard = copy / "files/grafana-dashboard.json"
            dashboard.unlink(missing_ok=True)
            if text:
                dashboard.write_text(text)
            return helm({"grafanaDashboard": {"enabled": True} | settings}, chart=copy)

    def test_holds_the_file_unchanged(self):
        config = only(self.rendered({}), "ConfigMap")
        self.assertEqual({"cni-metrics-agent.json": self.TEXT}, config["data"])
        self.assertEqual("cni-metrics-agent-dashboard", config["metadata"]["name"])
        self.assertEqual("1", config["metadata"]["labels"]["grafana_dashboard"])
        self.assertNotIn("annotations", config["metadata"])

    def test_is_found_by_other_sidecars(self):
        settings = {"namespace": "grafana", "labels": {"dash": "yes"}, "annotations": {"grafana_folder": "EKS"}}
        metadata = only(self.rendered(settings), "ConfigMap")["metadata"]
        self.assertEqual(("grafana", "yes"), (metadata["namespace"], metadata["labels"]["dash"]))
        self.assertEqual({"grafana_folder": "EKS"}, metadata["annotations"])

    def test_is_refused_if_the_file_is_missing(self):
        with self.assertRaisesRegex(Refused, "has no files/grafana-dashboard.json"):
            self.rendered({}, text=None)

    def test_fits_into_a_config_map(self):
        for path in (CHART / "files").glob("*dashboard*.json"):
            self.assertLess(path.stat().st_size, 900_000, "etcd takes 1 MiB, with the metadata")


class HelmTest(unittest.TestCase):
    def test_is_a_dry_run_on_one_node_of_the_agents(self):
        rendered = helm({"clusterId": "production"}, "--include-crds")
        pod, agents = only(rendered, "Pod"), only(rendered, "DaemonSet")["spec"]
        self.assertEqual("test", pod["metadata"]["annotations"]["helm.sh/hook"])
        self.assertEqual(["dry-run", "--once"], pod["spec"]["containers"][0]["args"])
        for same in ("hostNetwork", "dnsPolicy", "affinity", "nodeSelector", "securityContext"):
            self.assertEqual(agents["template"]["spec"][same], pod["spec"][same])

    def test_does_not_look_like_an_agent_to_the_daemonset(self):
        rendered = helm({}, "--include-crds")
        selector = only(rendered, "DaemonSet")["spec"]["selector"]["matchLabels"]
        self.assertFalse(selector.items() <= only(rendered, "Pod")["metadata"]["labels"].items())


class Readme(unittest.TestCase):
    TEXT = (CHART / "README.md").read_text()

    def test_has_the_values_of_the_chart(self):
        self.assertEqual(chart_readme.readme(), self.TEXT, "run .venv-deploy/bin/python tools/deploy/chart_readme.py")
        for name in ("clusterId", "resources", "state.hostPath"):
            self.assertIn(f"| `{name}` | `", self.TEXT)

    def test_a_value_without_a_description_is_an_error(self):
        text = "# -- About a.\n# And more.\na: 1\n\n# No description.\nb: {c: 2}\n"
        rows = chart_readme.rows(yaml.compose(text), text.splitlines())
        self.assertEqual(("a", 1, "About a. And more."), next(rows))
        with self.assertRaisesRegex(SystemExit, "b.c has no description"):
            next(rows)

    def test_its_examples_render(self):
        examples = [yaml.safe_load(each) for each in re.findall(r"```yaml\n(.*?)```", self.TEXT, re.S)]
        kinds = [sorted(each["kind"] for each in helm(values)) for values in examples]
        self.assertEqual(["ConfigMap", "DaemonSet", "PodMonitor", "PrometheusRule", "ServiceAccount"], kinds[0])
        self.assertEqual([["DaemonSet", "ServiceAccount"]] * 3, kinds[1:])

    def test_only_lines_of_the_table_are_longer_than_120_characters(self):
        lines = [each for each in self.TEXT.splitlines() if not each.startswith("| `")]
        self.assertEqual([], [each for each in lines if len(each) > 120])


class Metadata(unittest.TestCase):
    CHART = yaml.safe_load((CHART / "Chart.yaml").read_text())

    def test_has_what_artifact_hub_shows(self):
        self.assertLessEqual({"description", "home", "icon", "sources", "maintainers", "kubeVersion"}, set(self.CHART))
        [image] = yaml.safe_load(self.CHART["annotations"]["artifacthub.io/images"])
        self.assertTrue(image["image"].endswith(f":{self.CHART['appVersion']}"))
        for link in yaml.safe_load(self.CHART["annotations"]["artifacthub.io/links"]):
            self.assertTrue(link["url"].startswith(self.CHART["home"]))

    def test_has_an_icon_in_the_repository(self):
        path = self.CHART["icon"].split("/main/")[1]
        self.assertTrue(ElementTree.parse(TOP / path).getroot().tag.endswith("svg"))

    def test_accepts_the_versions_of_eks(self):
        for version, taken in (("1.28.0", True), ("1.35.4-eks-1a2b3c4", True), ("1.27.9", False)):
            if taken:
                helm_text("--kube-version", version)
            else:
                with self.assertRaisesRegex(Refused, "chart requires kubeVersion"):
                    helm_text("--kube-version", version)


class Package(unittest.TestCase):
    def test_lint_finds_nothing_wrong(self):
        run("HELM", "lint", "--strict", CHART)
        for values in sorted((CHART / "ci").glob("*.yaml")):
            run("HELM", "lint", "--strict", CHART, "--values", values)

    def test_a_long_release_name_still_makes_names_that_kubernetes_accepts(self):
        for each in helm({}, "--include-crds", release="a" * 53):
            self.assertLessEqual(len(each["metadata"]["name"]), 63)

    def test_names_that_yaml_reads_as_another_type_stay_text(self):
        plain = json.dumps(self.named("plain"))
        for name in ("1234", "1.5", "true", "null"):
            with self.subTest(name):
                self.assertEqual(json.loads(plain.replace("plain", name)), self.named(name))

    @staticmethod
    def named(name):
        values = {
            "nameOverride": name,
            "fullnameOverride": name,
            "serviceAccount": {"name": name},
            "priorityClassName": name,
            "podMonitor": {"enabled": True, "labels": {name: name}},
            "state": {"hostPath": "/var/lib/agent"},
            "podLabels": {name: name},
            "podAnnotations": {name: name},
        }
        return helm(values, "--namespace", name, "--include-crds", release=name)

    def test_the_directory_has_only_the_expected_parts(self):
        self.assertEqual({"base", "chart", "components", "examples", "overlays"}, {each.name for each in DAEMONSET.iterdir()})
