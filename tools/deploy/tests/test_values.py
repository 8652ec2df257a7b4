"""Tests where the chart's valid values go, and how invalid values are rejected."""

import functools
import itertools
import json
import re
import unittest

import yaml

from rendering import (
    CHART,
    NAME,
    TOP,
    Refused,
    agent,
    checks,
    env,
    environment,
    flat,
    helm,
    merged,
    nested,
    only,
    pod_spec,
    value_sets,
)


DIMENSIONS = ("CLUSTER_ID", "NODE", "INSTANCE_ID", "INSTANCE_TYPE", "AVAILABILITY_ZONE")
ELEVEN_SETS = ";".join(["NODE", *map(",".join, itertools.combinations(DIMENSIONS, 2))])


def wrong(values):
    """The lines about wrong values, without their indent."""
    try:
        helm(values)
    except Refused as refused:
        text = str(refused)
        if "wrong values:\n" not in text:
            raise AssertionError(f"not the chart's own text: {text}") from refused
        return [line.strip() for line in text.split("wrong values:\n")[1].split("\n\n")[0].splitlines()]
    return []


class Values(unittest.TestCase):
    def test_identity_reaches_the_agent(self):
        variables = env(helm({"clusterId": "production", "region": "eu-west-1", "namespace": "Team/CNI"}))
        self.assertEqual("production", variables["AWS_CLUSTER_ID"])
        self.assertEqual("eu-west-1", variables["AWS_REGION"])
        self.assertEqual("Team/CNI", variables["CLOUDWATCH_NAMESPACE"])

    def test_names_of_awss_helper_are_accepted_and_empty_ones_left_out(self):
        variables = env(helm(value_sets()["aws-helper"]))
        self.assertNotIn("AWS_CLUSTER_ID", variables)
        self.assertEqual("true", variables["USE_CLOUDWATCH"])
        self.assertEqual("30", variables["METRIC_UPDATE_INTERVAL"])
        self.assertEqual("INFO", variables["AWS_VPC_K8S_CNI_LOGLEVEL"])

    def test_a_variable_may_be_a_number_or_a_boolean(self):
        variables = env(helm({"env": {"MAX_PODS": 110, "REPORT_SUBNETS": False, "LARGE": 1234567, "NOTHING": None}}))
        self.assertEqual("110", variables["MAX_PODS"])
        self.assertEqual("false", variables["REPORT_SUBNETS"])
        self.assertEqual("1234567", variables["LARGE"])
        self.assertNotIn("NOTHING", variables)

    def test_the_image_is_put_together_from_its_parts(self):
        digest = "sha256:" + "0" * 64
        for image, expected in (
            ({}, f"{NAME}:0.1.0"),
            ({"registry": "r:5000", "repository": "a/b", "tag": "1"}, "r:5000/a/b:1"),
            ({"registry": "r/", "digest": digest}, f"r/{NAME}@{digest}"),
        ):
            self.assertEqual(expected, agent(helm({"image": image}))["image"])
        mirrored = helm({"image": {"registry": "r"}, "global": {"imageRegistry": "mirror"}})
        self.assertEqual(f"mirror/{NAME}:0.1.0", agent(mirrored)["image"])

    def test_everything_else_arrives_where_it_belongs(self):
        rendered = helm(value_sets()["everything"])
        daemonset, pod, container = only(rendered, "DaemonSet"), pod_spec(rendered), agent(rendered)
        metadata = daemonset["spec"]["template"]["metadata"]
        self.assertEqual("vpc-cni-agent", daemonset["metadata"]["name"])
        self.assertEqual("monitoring", daemonset["metadata"]["namespace"])
        self.assertEqual("node", daemonset["metadata"]["labels"]["tier"])
        self.assertEqual({"example.com/owner": "platform"}, daemonset["metadata"]["annotations"])
        self.assertEqual(3, daemonset["spec"]["revisionHistoryLimit"])
        self.assertEqual("made-elsewhere", pod["serviceAccountName"])
        self.assertNotIn("ServiceAccount", {each["kind"] for each in rendered})
        self.assertEqual([{"name": "pull"}], pod["imagePullSecrets"])
        self.assertEqual("platform", metadata["labels"]["team"])
        self.assertEqual("yes", metadata["annotations"]["example.com/note"])
        self.assertEqual("high", pod["priorityClassName"])
        self.assertEqual({"maxSurge": 0, "maxUnavailable": 1}, daemonset["spec"]["updateStrategy"]["rollingUpdate"])
        self.assertEqual("160Mi", container["resources"]["limits"]["memory"])
        self.assertIn("POD_IP", env(rendered))
        self.assertIn("ca", [each["name"] for each in pod["volumes"]])
        self.assertIn("/etc/ssl/private-ca", [each["mountPath"] for each in container["volumeMounts"]])
        self.assertEqual("/var/lib/vpc-cni-agent", pod["volumes"][0]["hostPath"]["path"])
        self.assertEqual(container["image"], pod["initContainers"][0]["image"])
        self.assertEqual("[$(HOST_IP)]:61790", env(rendered)["HEALTH_ADDRESS"])
        self.assertEqual({"type": "container_t"}, pod["securityContext"]["seLinuxOptions"])
        self.assertEqual({"type": "RuntimeDefault"}, container["securityContext"]["seccompProfile"])
        self.assertEqual(90, container["startupProbe"]["failureThreshold"])
        self.assertEqual(5, container["livenessProbe"]["initialDelaySeconds"])
        self.assertEqual(20, container["readinessProbe"]["periodSeconds"])
        self.assertEqual(2 * 20 + 10, daemonset["spec"]["minReadySeconds"])

    def test_common_labels_are_on_all_objects_and_pods_but_select_nothing(self):
        rendered = helm(value_sets()["everything"], "--include-crds")
        own = [each for each in rendered if not each["metadata"]["name"].startswith(NAME + "-")]
        self.assertGreaterEqual(len(own), 4)
        for each in [*own, only(rendered, "DaemonSet")["spec"]["template"]]:
            self.assertEqual("42", each["metadata"]["labels"]["cost-center"])
        selector = only(rendered, "DaemonSet")["spec"]["selector"]["matchLabels"]
        self.assertEqual({"app.kubernetes.io/name", "app.kubernetes.io/instance"}, set(selector))

    def test_common_labels_do_not_replace_the_selectors(self):
        rendered = helm({"commonLabels": {"app.kubernetes.io/name": "other"}})
        template = only(rendered, "DaemonSet")["spec"]["template"]
        for each in [*rendered, template]:
            self.assertEqual(NAME, each["metadata"]["labels"]["app.kubernetes.io/name"])

    def test_extra_manifests_are_objects_or_text_and_may_have_actions(self):
        names = {each["metadata"]["name"]: each for each in helm(value_sets()["everything"])}
        self.assertEqual({"chart": NAME}, names[f"{NAME}-object"]["data"])
        self.assertIn(f"{NAME}-text", names)

    def test_system_properties_come_before_the_command_as_given(self):
        rendered = helm(value_sets()["everything"], "--include-crds")
        trusted = "-Djavax.net.ssl.trustStore=/etc/ssl/private-ca/store.p12"
        password = "-Djavax.net.ssl.trustStorePassword=$$(changeit)"
        self.assertEqual([trusted, password, "run"], agent(rendered)["args"])
        [dry_run] = only(rendered, "Pod")["spec"]["containers"]
        self.assertEqual([trusted, password, "dry-run", "--once"], dry_run["args"])

    def test_every_value_is_in_the_set_called_everything(self):
        self.assertEqual(set(yaml.safe_load((CHART / "values.yaml").read_text())), set(value_sets()["everything"]))

    def test_a_user_may_overrule_an_opt_out_but_not_the_selector(self):
        labels = {"sidecar.istio.io/inject": "true", "app.kubernetes.io/name": "other"}
        metadata = only(helm({"podLabels": labels}), "DaemonSet")["spec"]["template"]["metadata"]
        self.assertEqual("true", metadata["labels"]["sidecar.istio.io/inject"])
        self.assertEqual(NAME, metadata["labels"]["app.kubernetes.io/name"])


class Receivers(unittest.TestCase):
    """The values of CloudWatch, OTLP and Prometheus."""

    def test_cloudwatch_is_the_default(self):
        variables = env(helm())
        for name in ("USE_CLOUDWATCH", "USE_PROMETHEUS", "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT"):
            self.assertNotIn(name, variables)

    def test_any_of_the_three_can_be_alone_or_beside_the_others(self):
        url = "http://collector:4318/v1/metrics"
        for cloudwatch in (True, False):
            for endpoint in ("", "cloudwatch", url):
                for monitor in (True, False):
                    values = {
                        "cloudwatch": {"enabled": cloudwatch},
                        "otlp": {"endpoint": endpoint},
                        "podMonitor": {"enabled": monitor},
                    }
                    if not (cloudwatch or endpoint or monitor):
                        continue
                    variables = env(helm(values))
                    self.assertEqual(cloudwatch, variables.get("USE_CLOUDWATCH") != "false")
                    self.assertEqual(endpoint, variables.get("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", ""))
                    self.assertEqual(monitor, variables.get("USE_PROMETHEUS") == "true")

    def test_values_without_a_receiver_are_refused_because_the_agent_would_not_start(self):
        off = {"cloudwatch": {"enabled": False}}
        rest = "'false': nothing receives the metrics, and the agent would not start; set otlp.endpoint, "
        rest += "podMonitor.enabled or prometheus.enabled"
        self.assertEqual([f"cloudwatch.enabled {rest}"], wrong(off))
        self.assertEqual([f"env.USE_CLOUDWATCH {rest}"], wrong({"env": {"USE_CLOUDWATCH": False, "USE_PROMETHEUS": False}}))
        self.assertEqual([f"env.USE_CLOUDWATCH {rest}"], wrong({"extraEnv": [{"name": "USE_CLOUDWATCH", "value": "false"}]}))
        for value in (False, "FALSE", "False"):
            self.assertEqual([f"env.USE_CLOUDWATCH {rest}"], wrong({"extraEnv": [{"name": "USE_CLOUDWATCH", "value": value}]}))
        prometheus, endpoint = {"name": "USE_PROMETHEUS"}, {"name": "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT"}
        nothing = [{"value": each} for each in (False, "FALSE", "yes", 1, "", None)]
        for entry in (*(prometheus | each for each in nothing), prometheus, endpoint, endpoint | {"value": ""}):
            with self.subTest(entry):
                self.assertEqual([f"cloudwatch.enabled {rest}"], wrong(off | {"extraEnv": [entry]}))
        secret = {"valueFrom": {"secretKeyRef": {"name": "otlp", "key": "url"}}}
        entries = [prometheus | {"value": each} for each in (True, "true", "True", "TRUE")]
        entries += [prometheus | secret, endpoint | secret, endpoint | {"value": "http://h/v1/metrics"}]
        receivers = [{"prometheus": {"enabled": True}}, {"env": {"USE_PROMETHEUS": "true"}}]
        for receiver in (*receivers, *({"extraEnv": [each]} for each in entries)):
            with self.subTest(receiver):
                self.assertEqual([], wrong(off | receiver))

    def test_a_switch_from_a_source_is_not_known_to_be_off(self):
        source = {"valueFrom": {"configMapKeyRef": {"name": "switches", "key": "cloudwatch"}}}
        self.assertEqual([], wrong({"extraEnv": [{"name": "USE_CLOUDWATCH"} | source]}))

    def test_the_headers_come_from_a_secret_and_only_to_the_agent(self):
        values = {"otlp": {"endpoint": "https://otlp.example/v1/metrics", "existingSecret": "otlp"}}
        rendered = helm(values, "--include-crds")
        source = {"secretKeyRef": {"name": "otlp", "key": "headers"}}
        self.assertEqual(source, env(rendered)["OTEL_EXPORTER_OTLP_METRICS_HEADERS"])
        self.assertNotIn("Secret", {each["kind"] for each in rendered})
        [dry_run] = only(rendered, "Pod")["spec"]["containers"]
        self.assertNotIn("OTEL_EXPORTER_OTLP_METRICS_HEADERS", [each["name"] for each in dry_run["env"]])

    def test_a_secret_without_a_receiver_that_reads_it_is_refused(self):
        secret = {"existingSecret": "otlp"}
        [line] = wrong({"otlp": secret})
        self.assertEqual("otlp.existingSecret: nothing is sent by OTLP; set otlp.endpoint too", line)
        [line] = wrong({"otlp": secret | {"endpoint": "CloudWatch"}})
        self.assertIn("CloudWatch needs no headers", line)
        endpoint = {"name": "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT"}
        source = {"valueFrom": {"configMapKeyRef": {"name": "otlp", "key": "url"}}}
        for entry in (endpoint | {"value": "http://h/v1/metrics"}, endpoint | source):
            self.assertEqual([], wrong({"otlp": secret, "extraEnv": [entry]}))
        name = "OTEL_EXPORTER_OTLP_METRICS_HEADERS"
        both = {"endpoint": "http://h/v1/metrics", "existingSecret": "otlp"}
        for other in ({"env": {name: "a=b"}}, {"extraEnv": [{"name": name, "value": "a=b"}]}):
            [line] = wrong({"otlp": both} | other)
            self.assertIn(f"{name} is set too", line)

    def test_the_pod_monitor_accepts_the_usual_settings(self):
        monitor = only(helm(value_sets()["everything"]), "PodMonitor")
        self.assertEqual("prometheus", monitor["metadata"]["namespace"])
        self.assertEqual("prometheus", monitor["metadata"]["labels"]["release"])
        self.assertEqual({"matchNames": ["monitoring"]}, monitor["spec"]["namespaceSelector"])
        [endpoint] = monitor["spec"]["podMetricsEndpoints"]
        self.assertEqual(("30s", "20s", True), tuple(endpoint[each] for each in ("interval", "scrapeTimeout", "honorLabels")))
        self.assertEqual([{"targetLabel": "team", "replacement": "platform"}], endpoint["relabelings"])
        self.assertEqual("drop", endpoint["metricRelabelings"][0]["action"])

    def test_metrics_can_be_served_without_the_operator(self):
        rendered = helm({"prometheus": {"enabled": True}})
        self.assertEqual({"DaemonSet", "ServiceAccount"}, {each["kind"] for each in rendered})
        monitored = helm({"podMonitor": {"enabled": True}})
        self.assertEqual(pod_spec(monitored), pod_spec(rendered))

    def test_alerts_can_be_left_out(self):
        def alerts(**settings):
            rule = only(helm({"prometheusRule": {"enabled": True} | settings}), "PrometheusRule")
            return {each["alert"]: each for group in rule["spec"]["groups"] for each in group["rules"]}

        every = alerts()
        file = yaml.safe_load((CHART / "files/rules.yaml").read_text())
        self.assertEqual([each for group in file["groups"] for each in group["rules"]], list(every.values()))
        self.assertEqual(set(every) - {"CniNoData", "CniNodeSilent"}, set(alerts(disabled=["CniNoData", "CniNodeSilent"])))
        [line] = wrong({"prometheusRule": {"disabled": ["CniNoDate"]}})
        self.assertEqual("prometheusRule.disabled: there is no alert CniNoDate; did you mean CniNoData?", line)

    def test_the_commands_in_the_rules_find_the_agent_where_it_is(self):
        values = {"prometheusRule": {"enabled": True}, "namespaceOverride": "monitoring", "nameOverride": "agent"}
        rendered = helm(values)
        rule, pods = only(rendered, "PrometheusRule"), only(rendered, "DaemonSet")["spec"]["template"]["metadata"]
        runbooks = [each["annotations"]["runbook"] for group in rule["spec"]["groups"] for each in group["rules"]]
        commands = [each for each in runbooks if each.startswith("kubectl")]
        self.assertGreater(len(commands), 5)
        for command in commands:
            self.assertNotIn("kube-system", command)
            self.assertIn(" -n monitoring ", command)
            [label] = re.findall(r" -l (\S+)=(\S+)", command)
            self.assertEqual(label[1], pods["labels"][label[0]])


class Data(unittest.TestCase):
    """Helm, YAML and the kubelet pass the values of variables on unchanged."""

    CLUSTERS = {
        "quotes": """a"b'c`d""",
        "backslashes": "a\\nb\\\\",
        "an action of Helm's": "{{ .Release.Name }}",
        "markers of YAML": "--- - a: b # c | > & * ! % @ [d] {e}",
        "a tag of YAML": "!!int 7",
        "a number": "1234",
        "a boolean": "true",
        "nothing in YAML": "null",
        "another variable": "$(NODE_NAME)",
        "another variable in dollars": "$$(NODE_NAME)$$",
        "a dollar at the end": "a$",
        "all that is printable": "a" + "".join(map(chr, range(0x20, 0x7F))),
        "the longest that the agent accepts": "a" * 1024,
    }

    def test_a_clusters_name_is_passed_on_unchanged(self):
        for what, cluster in self.CLUSTERS.items():
            for values in ({"clusterId": cluster}, {"env": {"AWS_CLUSTER_ID": cluster}}):
                rendered = helm(values, "--include-crds")
                for pod in (pod_spec(rendered), only(rendered, "Pod")["spec"]):
                    self.assertEqual(cluster, environment(pod["containers"][0])["AWS_CLUSTER_ID"], what)

    def test_a_variable_is_passed_on_unchanged(self):
        for text in ("http://user:pa$$word@proxy:3128", "a\nb\t\u00e9\u0085\ufeff", "$(HOST_IP)"):
            rendered = helm({"env": {"ANY": text}, "podMonitor": {"enabled": True}})
            self.assertEqual(text, environment(agent(rendered))["ANY"])

    def test_a_variable_may_have_a_name_that_yaml_reads_as_a_boolean(self):
        self.assertEqual("x", env(helm({"env": {"NO": "x"}}))["NO"])

    def test_an_extra_variable_may_be_a_number_or_a_boolean(self):
        values = {"ONE": 1234567, "OFF": False, "ON": True, "TEXT": "true"}
        variables = env(helm({"extraEnv": [{"name": name, "value": value} for name, value in values.items()]}))
        texts = {"ONE": "1234567", "OFF": "false", "ON": "true", "TEXT": "true"}
        self.assertEqual(texts, {name: variables[name] for name in values})

    def test_an_extra_variable_may_refer_to_others(self):
        variables = environment(agent(helm({"extraEnv": [{"name": "ANY", "value": "$(NODE_NAME)"}]})))
        self.assertEqual(variables["NODE_NAME"], variables["ANY"])


class BadValues(unittest.TestCase):
    REFUSED = {
        "a number as the cluster": ({"clusterId": 7}, "at '/clusterId': got number, want null or string"),
        "a level that the agent has not": ({"env": {"AWS_VPC_K8S_CNI_LOGLEVEL": "FATAL"}}, "'ERROR', 'WARN', 'INFO'"),
        "a boolean that is none": ({"env": {"USE_CLOUDWATCH": "yes"}}, "/env/USE_CLOUDWATCH"),
        "a namespace of AWS's": ({"namespace": "AWS/EKS"}, "AWS/ begins AWS's own"),
        "a variable of the chart's": ({"env": {"STATE_DIR": "/x"}}, "the chart sets it itself"),
        "a variable that is a map": ({"env": {"X": {}}}, "/env/X"),
        "an extra variable that is a map": ({"extraEnv": [{"name": "X", "value": {}}]}, "/extraEnv/0/value"),
        "an extra variable with a boolean as its name": ({"extraEnv": [{"name": False}]}, "/extraEnv/0/name"),
        "two clusters": ({"clusterId": "a", "env": {"AWS_CLUSTER_ID": "b"}}, "clusterId and env.AWS_CLUSTER_ID disagree"),
        "a monitor of nothing": ({"podMonitor": {"enabled": True}, "env": {"USE_PROMETHEUS": "false"}}, "disagree"),
        "CloudWatch on and off": ({"cloudwatch": {"enabled": False}, "env": {"USE_CLOUDWATCH": True}}, "disagree"),
        "two receivers": (
            {"otlp": {"endpoint": "cloudwatch"}, "env": {"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": "http://h/"}},
            "disagree",
        ),
        "a variable given twice": ({"clusterId": "a", "extraEnv": [{"name": "AWS_CLUSTER_ID"}]}, "is set already"),
        "ipamD's port": ({"healthPort": 61679}, "healthPort 61679: in use on EKS nodes"),
        "the port of the agent's lock": ({"healthPort": 61691}, "healthPort 61691: in use"),
        "a tag that YAML took for a number": ({"image": {"tag": 1.0}}, "/image/tag': got number, want"),
        "a timeout over the interval": (
            {"podMonitor": {"interval": "1m", "scrapeTimeout": "61s"}},
            "podMonitor.scrapeTimeout '61s': expected at most podMonitor.interval",
        ),
        "a role of a variable that is not set": (
            {"serviceAccount": {"annotations": {"eks.amazonaws.com/role-arn": ""}}},
            "serviceAccount.annotations.eks.amazonaws.com/role-arn '': expected the ARN of a role",
        ),
        "a policy as the role": (
            {"serviceAccount": {"annotations": {"eks.amazonaws.com/role-arn": "arn:aws:iam::111122223333:policy/p"}}},
            "policy/p': expected the ARN of a role",
        ),
        "the log level of other programs": ({"env": {"LOG_LEVEL": "debug"}}, "use env.AWS_VPC_K8S_CNI_LOGLEVEL"),
        "a label that is no text": ({"podLabels": {"x": True}}, "/podLabels/x"),
        "a probe that never runs": ({"readinessProbe": {"periodSeconds": 0}}, "/readinessProbe/periodSeconds"),
        "another metric": (
            {"env": {"METRICS": "ipamdUp,ipamdErrs"}},
            "there is no metric 'ipamdErrs'; did you mean ipamdErr?",
        ),
    }

    def test_are_refused_with_a_reason(self):
        for name, (values, reason) in self.REFUSED.items():
            with self.subTest(name), self.assertRaises(Refused) as refused:
                helm(values)
            self.assertIn(reason, str(refused.exception), name)

    def test_of_an_older_chart_are_refused_with_the_right_flag(self):
        for missing in ("otlp", "podMonitor"):
            with self.assertRaisesRegex(Refused, f"values are missing: {missing}. .* use --reset-then-reuse-values"):
                helm({missing: None})

    def test_without_a_value_the_default_of_kubernetes_applies(self):
        rendered = helm({"revisionHistoryLimit": None, "readinessProbe": None, "resources": None, "env": None})
        self.assertNotIn("revisionHistoryLimit", only(rendered, "DaemonSet")["spec"])
        self.assertEqual({"httpGet"}, set(agent(rendered)["readinessProbe"]))

    def test_are_all_reported_together(self):
        lines = wrong({"clusterID": "prod", "env": {"PUBLISH_INTERVAL": "90s"}})
        page = (TOP / "docs/deploy.md").read_text()
        self.assertIn("wrong values:\n" + "".join(f"      {line}\n" for line in lines), page)
        self.assertEqual(2, len(lines))


class Forms(unittest.TestCase):
    """The forms of files/checks.yaml, each by texts that have it and texts that have not."""

    TEXTS = {
        "cluster": (["a", "a b", "~" * 1024], ["a\nb", "caf\u00e9", "  ", " a", "a ", "a" * 1025]),
        "region": (["eu-west-1", "us-gov-west-1", "us-iso-east-1"], ["Ireland", "eu-west", "eu-west-1a"]),
        "cloudWatchNamespace": (["Team/CNI", "a b:c"], [":a", "a" * 256, "a?", " a", "a "]),
        "receiver": (
            ["cloudwatch", "CloudWatch", "http://c:4318/v1/metrics", "https://[fd00::1]:4318/x?y=z"],
            ["collector:4318", "grpc://c", "https://u:p@h/", "http://h:123456/", "http://h/#f"],
        ),
        "pairs": (["a=b", "a=b,c=", "x-key=%20"], ["a", "a=b,c", "=b"]),
        "introspectionUrl": (["http://h:1", "unix:/a/b", "none", "NONE"], ["https://h", "unix:a", "h:1"]),
        "metricsUrl": (["http://h:1/metrics", "none"], ["unix:/a", "h"]),
        "dimensions": (
            ["CLUSTER_ID", "CLUSTER_ID; CLUSTER_ID, NODE", "cluster-id"],
            ["POD", "CLUSTER_ID NODE", "CLUSTER_ID,,NODE", "CLUSTER_ID;", "NODE,node", "NODE,CLUSTER_ID;CLUSTER_ID,NODE", ELEVEN_SETS],
        ),
        "metrics": (["all", "Core", "ipamdUp, subnetFreeIPs"], ["all;core", "ipamdDown", "ipamdUp,", "all,ipamdUp"]),
        "pollInterval": ([10, "30", "30s", "1m", "060"], [5, "120", "61s", "2m", "half a minute", "1.5m"]),
        "publishInterval": ([60, "5m", "120s"], ["90s", 30, "6m", "1h", "1d"]),
        "cooldown": ([0, "30s", "1h", "60m"], ["2h", "61m", "-1"]),
        "scrape": (["30s", "1m"], ["30", "0s", "1.5m", "1 m"]),
        "maxPods": ([1, "110", 10000], [0, 10001, "1.5", "many"]),
        "hostNetworkPods": ([0, "3"], ["-1", 10001]),
        "none": ([0, "0", "0%"], [1, "10%"]),
        "nodes": ([1, "1%", "100%"], [0, "0%", "150%", "x"]),
        "stateSize": (["24Mi", "1Gi", "0.5Gi", "32M", "1e9"], ["16Mi", "24M", "32", "32m", "32MB", "big"]),
        "memory": (["128Mi", "1048576", 134217728, "1Mi"], ["128", "128m", "128MB", "1000k"]),
        "cpu": (["10m", "0.5", 1], ["10M", "x", "1.5.2"]),
        "quantity": (["1", "1Gi", "1e3"], ["one", "1 Gi"]),
        "registry": (["r", "r:5000", "r.example/mirror", "r/"], ["https://r", "r:port", "r//x", "REGISTRY", "r/Team"]),
        "repository": (["a/b", "cni-metrics-agent"], ["A", "/a", "a:1"]),
        "tag": (["1", "v1.2_3-x"], ["1:2", "-x", "a" * 129]),
        "digest": (["sha256:" + "0" * 64], ["0" * 64, "sha256:" + "0" * 63, "sha512:" + "0" * 64]),
        "namespace": (["kube-system", "a"], ["A", "a_b", "-a", "a" * 64]),
        "name": (["otlp", "a.b"], ["A", "a_b"]),
        "secretKey": (["headers", "a.b_c"], ["a b", "a/b"]),
        "directory": (["/var/lib/agent"], ["/", "/var", "var/lib", "/var/../etc"][:3]),
    }
    PLACES = {
        "memory": "resources.limits.memory",
        "cpu": "resources.requests.cpu",
        "quantity": "resources.limits.x",
        "pairs": "env.OTEL_RESOURCE_ATTRIBUTES",
    }

    def place(self, form):
        """The name of a value or of a variable that has a form."""
        values = [name for name, each in checks()["values"].items() if each == form]
        variables = [f"env.{name}" for name, each in checks()["env"].items() if each == form]
        return self.PLACES.get(form) or (values + variables)[0]

    def values(self, column, row):
        """Values with the text of this row for each form. A form with fewer texts repeats its last text."""
        result = {"otlp": {"endpoint": "http://h/v1/metrics"}}
        for form, texts in self.TEXTS.items():
            text = texts[column][min(row, len(texts[column]) - 1)]
            result = merged(result, nested(self.place(form), text))
        return result

    def test_each_form_is_tried(self):
        self.assertEqual(set(checks()["forms"]), set(self.TEXTS))

    def test_texts_of_a_form_are_accepted(self):
        for row in range(max(len(right) for right, _ in self.TEXTS.values())):
            values = self.values(0, row)
            if values["otlp"]["endpoint"].lower() == "cloudwatch":
                del values["otlp"]["existingSecret"]
            self.assertEqual([], wrong(values))

    def test_other_texts_are_refused_with_what_is_expected(self):
        for row in range(max(len(bad) for _, bad in self.TEXTS.values())):
            lines = wrong(self.values(1, row))
            for form in self.TEXTS:
                about = [line for line in lines if re.match(re.escape(self.place(form)) + "[ :]", line)]
                self.assertEqual(1, len(about), f"{form}, row {row}: {lines}")
                self.assertIn("expected ", about[0])

    def test_a_password_in_a_url_is_not_shown(self):
        [line] = wrong({"otlp": {"endpoint": "https://user:secret@host/"}})
        self.assertNotIn("secret", line)


class Misspelt(unittest.TestCase):
    """A wrong name of a value or of a variable is refused with the right name."""

    SLIPS = (
        str.upper,
        lambda word: word + word[-1],
        lambda word: word[:-1],
        lambda word: word[:-3] + word[-2] + word[-3] + word[-1],
    )

    def slips(self, known):
        """A misspelt name for each name of more than five letters. The kinds of slips take turns."""
        pairs = {}
        for number, name in enumerate(known):
            parent, dot, last = name.rpartition(".")
            bad = parent + dot + self.SLIPS[number % len(self.SLIPS)](last)
            if len(last) > 5 and bad not in known:
                pairs[bad] = name
        return pairs

    def test_a_value(self):
        pairs = self.slips(checks()["values"])
        self.assertGreater(len(pairs), 50)
        lines = wrong(functools.reduce(merged, (nested(bad, "x") for bad in pairs)))
        expected = {f"{bad}: there is no such value; did you mean {good}?" for bad, good in pairs.items()}
        self.assertEqual(set(), expected - set(lines))

    def test_a_group_of_values(self):
        for bad, good in (("podmonitor", "podMonitor"), ("cloudWatch", "cloudwatch"), ("prometheusRules", "prometheusRule")):
            self.assertEqual([f"{bad}: there is no such value; did you mean {good}?"], wrong({bad: {"enabled": True}}))

    def test_a_beginning(self):
        self.assertEqual(["image.repo: there is no such value; did you mean image.repository?"], wrong({"image": {"repo": "x"}}))

    def test_a_variable(self):
        pairs = self.slips([name for name in checks()["env"] if name.isupper()])
        pairs |= {"PUBLISH_INTERVALL": "PUBLISH_INTERVAL", "LOGFORMAT": "LOG_FORMAT", "metrics": "METRICS"}
        self.assertGreater(len(pairs), 15)
        lines = wrong({"env": dict.fromkeys(pairs, "x")})
        expected = {f"env.{bad}: the agent has no such variable; did you mean {good}?" for bad, good in pairs.items()}
        self.assertEqual(set(), expected - set(lines))

    def test_a_variable_of_extra_env(self):
        entries = [{"name": "PUBLISH_INTERVALL", "value": "60s"}, {"name": "MAX_PODS", "value": "0"}, {"name": "STATE_DIR"}]
        self.assertEqual(
            [
                "extraEnv: MAX_PODS '0': expected a whole number from 1 to 10000",
                "extraEnv: PUBLISH_INTERVALL: the agent has no such variable; did you mean PUBLISH_INTERVAL?",
                "extraEnv: STATE_DIR: the chart sets it itself, for the volume of state; remove it",
            ],
            wrong({"extraEnv": entries}),
        )
        secret = {"name": "HTTPS_PROXY", "valueFrom": {"secretKeyRef": {"name": "proxy", "key": "url"}}}
        self.assertEqual([], wrong({"extraEnv": [secret, {"name": "JAVA_HOME", "value": "x"}]}))

    def test_a_variable_of_the_chart_names_its_source(self):
        own = {each["name"] for each in agent(helm({"podMonitor": {"enabled": True}}))["env"]} - {"USE_PROMETHEUS"}
        lines = wrong({"env": dict.fromkeys(own, "x")})
        self.assertEqual(own, {re.match(r"env\.(\w+): the chart sets it itself, ", line)[1] for line in lines})
        self.assertIn("env.NODE_NAME: the chart sets it itself, from the node; remove it", lines)
        address = "from healthPort, podMonitor.enabled and prometheus.enabled"
        self.assertIn(f"env.HEALTH_ADDRESS: the chart sets it itself, {address}; remove it", lines)

    def test_a_variable_outside_env(self):
        self.assertEqual(["METRICS: there is no such value; use env.METRICS"], wrong({"METRICS": "core"}))

    def test_a_name_of_another_chart_or_program(self):
        for name, instead in checks()["instead"].items():
            [line] = wrong(nested(name, "x"))
            self.assertTrue(line.startswith(f"{name}: ") and line.endswith(f"; {instead}"), line)

    def test_a_name_that_is_similar_to_no_other(self):
        [line] = wrong({"quux": 1})
        self.assertEqual("quux: there is no such value; `helm show values` prints all values", line)
        self.assertEqual([], wrong({"env": {"ANY": "x", "AWS_PROFILE": "x", "JAVA_HOME": "x", "WARM_IP_TARGET": "1"}}))

    def test_values_of_other_charts_under_global_are_ignored(self):
        self.assertEqual([], wrong({"global": {"imagePullSecrets": [], "other": {"x": 1}}}))


class Catalogue(unittest.TestCase):
    def test_values_checks_and_schema_have_the_same_names(self):
        names = checks()["values"]
        defaults = yaml.safe_load((CHART / "values.yaml").read_text())
        # These values have no default. Kubernetes has its own timings of probes, and only a parent chart sets
        # `enabled`.
        absent = {name for name in names if name.endswith(".initialDelaySeconds")}
        absent |= {"enabled", "resources.claims"}
        self.assertEqual(set(names), absent | set(flat(defaults, names)))
        schema = json.loads((CHART / "values.schema.json").read_text())
        self.assertEqual({name.split(".")[0] for name in names}, set(schema["properties"]))
