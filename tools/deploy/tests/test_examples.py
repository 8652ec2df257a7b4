"""Tests the examples in daemonset/examples/: each against the schema of its tool, and its values against the chart."""

import re
import unittest
from pathlib import Path

import jsonschema
import yaml

from iam import ALLOWED, DENIED, decide
from rendering import CHART, DAEMONSET, NAME, env, helm, objects, only, pod_spec

EXAMPLES = DAEMONSET / "examples"
SCHEMAS = yaml.safe_load((Path(__file__).parent / "schemas/examples.yaml").read_text())
CLUSTER = {
    "nameNormalized": "eu-1",
    "server": "https://eu-1.example",
    "metadata": {"labels": {"eks-cluster": "production", "eks-region": "eu-west-1"}},
}


def examples():
    return [(path, each) for path in sorted(EXAMPLES.rglob("*.yaml")) for each in objects(path.read_text())]


def example(kind, path=""):
    [found] = [each for its, each in examples() if each["kind"] == kind and path in str(its)]
    return found


def closed(schema):
    """A copy of the schema in which each object allows only the fields that it names."""
    if isinstance(schema, list):
        return [closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    copy = {key: closed(each) for key, each in schema.items()}
    return copy | {"additionalProperties": False} if "properties" in copy else copy


def filled(text):
    """Fills in an ApplicationSet's templates for CLUSTER. Knows only the attributes that the example uses."""
    text = re.sub(r"\{\{index \.metadata\.labels \"([\w-]+)\"}}", lambda key: CLUSTER["metadata"]["labels"][key[1]], text)
    return re.sub(r"\{\{\.(\w+)}}", lambda key: CLUSTER[key[1]], text)


def releases():
    """The name of the release, the namespace and the values of each example that installs the chart."""
    template = example("ApplicationSet")["spec"]["template"]
    for application in (example("Application"), yaml.safe_load(filled(yaml.safe_dump(template)))):
        helm_part = application["spec"]["source"]["helm"]
        yield helm_part["releaseName"], application["spec"]["destination"]["namespace"], helm_part["valuesObject"]
    flux = example("HelmRelease")["spec"]
    yield flux["releaseName"], flux["targetNamespace"], flux["values"]


class Examples(unittest.TestCase):
    def test_each_object_fits_the_schema_of_its_tool(self):
        kinds = set()
        for path, each in examples():
            kind = f"{each['apiVersion']} {each['kind']}"
            kinds.add(kind)
            errors = jsonschema.Draft202012Validator(closed(SCHEMAS[kind])).iter_errors(each)
            self.assertEqual([], [f"{error.json_path}: {error.message}" for error in errors], path.name)
        self.assertEqual(set(SCHEMAS), kinds)

    def test_a_misspelt_field_is_found(self):
        broken = example("Application") | {"spec": {"projekt": "default"}}
        schema = closed(SCHEMAS["argoproj.io/v1alpha1 Application"])
        self.assertFalse(jsonschema.Draft202012Validator(schema).is_valid(broken))

    def test_each_release_renders_an_agent_that_knows_its_cluster(self):
        for release, namespace, values in releases():
            rendered = helm(values, release=release)
            self.assertEqual("kube-system", namespace)
            self.assertEqual(NAME, pod_spec(rendered)["serviceAccountName"])
            self.assertEqual(("production", "eu-west-1"), (env(rendered)["AWS_CLUSTER_ID"], env(rendered)["AWS_REGION"]))

    def test_each_release_has_the_version_and_the_place_of_the_chart(self):
        version = yaml.safe_load((CHART / "Chart.yaml").read_text())["version"]
        for source in (example("Application")["spec"], example("ApplicationSet")["spec"]["template"]["spec"]):
            source = source["source"]
            self.assertEqual(("ghcr.io/OWNER/charts", NAME), (source["repoURL"], source["chart"]))
            self.assertEqual(version, source["targetRevision"])
        flux = example("OCIRepository")["spec"]
        self.assertEqual((f"oci://ghcr.io/OWNER/charts/{NAME}", version), (flux["url"], flux["ref"]["tag"]))
        self.assertEqual(example("OCIRepository")["metadata"]["name"], example("HelmRelease")["spec"]["chartRef"]["name"])


class Eksctl(unittest.TestCase):
    def test_gives_the_agents_service_account_only_what_it_needs(self):
        account = only(helm(), "ServiceAccount")["metadata"]
        [by_pod] = example("ClusterConfig", "pod-identity")["iam"]["podIdentityAssociations"]
        [by_web] = example("ClusterConfig", "irsa")["iam"]["serviceAccounts"]
        for name, namespace, policy in (
            (by_pod["serviceAccountName"], by_pod["namespace"], by_pod["permissionPolicy"]),
            (by_web["metadata"]["name"], by_web["metadata"]["namespace"], by_web["attachPolicy"]),
        ):
            self.assertEqual((account["name"], "kube-system"), (name, namespace))
            for cloudwatch, expected in (("Kubernetes/CNI", ALLOWED), ("Kubernetes", DENIED)):
                keys = {"cloudwatch:namespace": cloudwatch}
                self.assertEqual(expected, decide([policy], "cloudwatch:PutMetricData", keys))
            self.assertEqual(DENIED, decide([policy], "ec2:DescribeTags"))

    def test_leaves_the_service_account_to_the_chart(self):
        [by_web] = example("ClusterConfig", "irsa")["iam"]["serviceAccounts"]
        [by_pod] = example("ClusterConfig", "pod-identity")["iam"]["podIdentityAssociations"]
        self.assertTrue(by_web["roleOnly"])
        self.assertNotIn("createServiceAccount", by_pod)
