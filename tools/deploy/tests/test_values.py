"""Tests where the chart's valid values go, and how invalid values are rejected."""

import unittest

import yaml

from rendering import CHART, NAME, Refused, agent, env, environment, helm, only, pod_spec, value_sets


class Values(unittest.TestCase):
    def test_identity_reaches_the_agent(self):
        variables = env(helm({"clusterId": "production", "region": "eu-west-1", "namespace": "Team/CNI"}))
        self.assertEqual("production", variables["AWS_CLUSTER_ID"])
        self.assertEqual("eu-west-1", variables["AWS_REGION"])
        self.assertEqual("Team/CNI", variables["CLOUDWATCH_NAMESPACE"])

    def test_names_of_awss_helper_are_taken_and_empty_ones_left_out(self):
        variables = env(helm(value_sets()["aws-helper"]))
        self.assertNotIn("AWS_CLUSTER_ID", variables)
        self.assertEqual("true", variables["USE_CLOUDWATCH"])
        self.assertEqual("30", variables["METRIC_UPDATE_INTERVAL"])
        self.assertEqual("INFO", variables["AWS_VPC_K8S_CNI_LOGLEVEL"])

    def test_a_variable_may_be_a_number_or_a_boolean(self):
        variables = env(helm({"env": {"MAX_PODS": 110, "USE_CLOUDWATCH": False, "LARGE": 1234567, "NOTHING": None}}))
        self.assertEqual("110", variables["MAX_PODS"])
        self.assertEqual("false", variables["USE_CLOUDWATCH"])
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
        monitor = only(rendered, "PodMonitor")
        self.assertEqual("prometheus", monitor["metadata"]["labels"]["release"])
        self.assertEqual("30s", monitor["spec"]["podMetricsEndpoints"][0]["interval"])

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
        "spaces around": " a ",
        "all that is printable": "".join(map(chr, range(0x20, 0x7F))),
        "the longest that the agent accepts": "a" * 1024,
    }

    def test_a_clusters_name_is_held_as_given(self):
        for what, cluster in self.CLUSTERS.items():
            for values in ({"clusterId": cluster}, {"env": {"AWS_CLUSTER_ID": cluster}}):
                rendered = helm(values, "--include-crds")
                for pod in (pod_spec(rendered), only(rendered, "Pod")["spec"]):
                    self.assertEqual(cluster, environment(pod["containers"][0])["AWS_CLUSTER_ID"], what)

    def test_a_variable_is_held_as_given(self):
        for text in ("http://user:pa$$word@proxy:3128", "a\nb\t\u00e9\u0085\ufeff", "$(HOST_IP)"):
            rendered = helm({"env": {"ANY": text}, "podMonitor": {"enabled": True}})
            self.assertEqual(text, environment(agent(rendered))["ANY"])

    def test_a_variable_may_have_a_name_that_yaml_takes_for_a_boolean(self):
        self.assertEqual("x", env(helm({"env": {"NO": "x"}}))["NO"])

    def test_an_extra_variable_may_refer_to_others(self):
        variables = environment(agent(helm({"extraEnv": [{"name": "ANY", "value": "$(NODE_NAME)"}]})))
        self.assertEqual(variables["NODE_NAME"], variables["ANY"])


class BadValues(unittest.TestCase):
    REFUSED = {
        "an unknown value": ({"clusterID": "x"}, "additional properties 'clusterID' not allowed"),
        "a number as the cluster": ({"clusterId": 7}, "at '/clusterId': got number, want string"),
        "a cluster in two lines": ({"clusterId": "a\nb"}, "at '/clusterId': 'a\\nb' does not match"),
        "a cluster beyond ASCII": ({"clusterId": "caf\u00e9"}, "at '/clusterId': 'caf\u00e9' does not match"),
        "a cluster of spaces": ({"clusterId": "  "}, "at '/clusterId': '  ' does not match"),
        "a cluster of 10 kB": ({"clusterId": "a" * 10_000}, "at '/clusterId': maxLength: got 10,000, want 1,024"),
        "no region": ({"region": "Ireland"}, "at '/region'"),
        "a namespace of AWS's": ({"namespace": "AWS/EKS"}, "AWS/ begins AWS's own"),
        "polls that flood ipamD's log": ({"env": {"METRIC_UPDATE_INTERVAL": 5}}, "want 10"),
        "polls too far apart": ({"env": {"METRIC_UPDATE_INTERVAL": "120"}}, "/env/METRIC_UPDATE_INTERVAL"),
        "half a minute between sends": ({"env": {"PUBLISH_INTERVAL": "90s"}}, "/env/PUBLISH_INTERVAL"),
        "a level that the agent has not": ({"env": {"AWS_VPC_K8S_CNI_LOGLEVEL": "FATAL"}}, "'ERROR', 'WARN', 'INFO'"),
        "a boolean that is none": ({"env": {"USE_CLOUDWATCH": "yes"}}, "/env/USE_CLOUDWATCH"),
        "an unknown dimension": ({"env": {"METRIC_DIMENSIONS": "POD"}}, "/env/METRIC_DIMENSIONS"),
        "a variable of the chart's": ({"env": {"STATE_DIR": "/x"}}, "the chart sets it itself"),
        "a variable that is a map": ({"env": {"X": {}}}, "/env/X"),
        "two clusters": ({"clusterId": "a", "env": {"AWS_CLUSTER_ID": "b"}}, "(a) and env.AWS_CLUSTER_ID (b) disagree"),
        "a monitor of nothing": ({"podMonitor": {"enabled": True}, "env": {"USE_PROMETHEUS": "false"}}, "disagree"),
        "a variable given twice": ({"clusterId": "a", "extraEnv": [{"name": "AWS_CLUSTER_ID"}]}, "is set already"),
        "ipamD's port": ({"healthPort": 61679}, "healthPort 61679 is in use on EKS nodes"),
        "a registry with a scheme": ({"image": {"registry": "https://r"}}, "/image/registry"),
        "a digest without its kind": ({"image": {"digest": "0" * 64}}, "/image/digest"),
        "a tag that YAML took for a number": ({"image": {"tag": 1.0}}, "/image/tag': got number, want string"),
        "more than all nodes at once": (
            {"updateStrategy": {"rollingUpdate": {"maxUnavailable": "150%"}}},
            "/updateStrategy/rollingUpdate/maxUnavailable",
        ),
        "two agents on a node": ({"updateStrategy": {"rollingUpdate": {"maxSurge": 1}}}, "rollingUpdate/maxSurge"),
        "the host's root": ({"state": {"hostPath": "/"}}, "/state/hostPath"),
        "a label that is no text": ({"podLabels": {"x": True}}, "/podLabels/x"),
    }

    def test_are_refused_with_a_reason(self):
        for name, (values, reason) in self.REFUSED.items():
            with self.subTest(name), self.assertRaises(Refused) as refused:
                helm(values)
            self.assertIn(reason, str(refused.exception), name)
