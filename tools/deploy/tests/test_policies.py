"""Tests that each policy allows the agent's calls and no other call."""

import json
import os
import re
import subprocess
import unittest

import parliament
from cfnlint.api import ManualArgs, lint

from cloudformation import resolve
from iam import ALLOWED, DENIED, DENIED_EXPLICITLY, decide
from rendering import DAEMONSET, TOP, only, kustomize

POLICIES = TOP / "iam-policy"
TEMPLATE = POLICIES / "role.yaml"

PUT, TAGS, SUBNETS = "cloudwatch:PutMetricData", "ec2:DescribeTags", "ec2:DescribeSubnets"
OURS = {"cloudwatch:namespace": "Kubernetes/CNI"}
OTHERS = {"cloudwatch:namespace": "Kubernetes"}
BEYOND = ("cloudwatch:PutMetricAlarm", "cloudwatch:GetMetricData", "ec2:DescribeInstances", "ec2:CreateTags")

HELPER, NAMESPACE, SUBNET_TIER, OTLP = (
    f"CNIMetrics{name}Policy.json" for name in ("Helper", "Namespace", "Subnets", "Otlp")
)
# PutMetricData in our namespace, PutMetricData in another namespace, DescribeTags, DescribeSubnets
CALLS = {
    (HELPER,):                  (ALLOWED,   ALLOWED,      ALLOWED,  DENIED),
    (NAMESPACE,):               (ALLOWED,   DENIED,       ALLOWED,  DENIED),
    (SUBNET_TIER,):             (DENIED,    DENIED,       DENIED,   ALLOWED),
    (HELPER, SUBNET_TIER):      (ALLOWED,   ALLOWED,      ALLOWED,  ALLOWED),
    (NAMESPACE, SUBNET_TIER):   (ALLOWED,   DENIED,       ALLOWED,  ALLOWED),
    (OTLP,):                    (ALLOWED,   ALLOWED,      DENIED,   DENIED),
    (NAMESPACE, OTLP):          (ALLOWED,   ALLOWED,      ALLOWED,  DENIED),
}  # fmt: skip

ISSUER = "oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF"


def read(name):
    return json.loads((POLICIES / name).read_text())


def answers(documents):
    return (
        decide(documents, PUT, OURS),
        decide(documents, PUT, OTHERS),
        decide(documents, TAGS),
        decide(documents, SUBNETS),
    )


class Permissions(unittest.TestCase):
    def test_each_call_is_allowed_only_by_the_right_policies(self):
        for names, expected in CALLS.items():
            with self.subTest(names):
                self.assertEqual(expected, answers([read(each) for each in names]))

    def test_nothing_beyond_the_agents_calls_is_allowed(self):
        everything = [read(each) for each in (HELPER, NAMESPACE, SUBNET_TIER, OTLP)]
        for action in BEYOND:
            self.assertEqual(DENIED, decide(everything, action, OURS), action)

    def test_a_request_without_a_namespace_is_denied_by_the_condition(self):
        self.assertEqual(DENIED, decide([read(NAMESPACE)], PUT))
        self.assertEqual(ALLOWED, decide([read(NAMESPACE), read(OTLP)], PUT))

    def test_the_helpers_policy_contains_its_two_actions(self):
        actions = [each["Action"] for each in read(HELPER)["Statement"]]
        self.assertEqual([PUT, TAGS], actions)

    def test_every_document_is_tested_here(self):
        tested = {name for names in CALLS for name in names} | {"trust-irsa.json", "trust-pod-identity.json"}
        self.assertEqual(tested, {each.name for each in POLICIES.glob("*.json")})

    def test_the_linter_finds_nothing(self):
        for name in {name for names in CALLS for name in names}:
            findings = parliament.analyze_policy_string((POLICIES / name).read_text()).findings
            self.assertEqual([], findings, name)


class Trust(unittest.TestCase):
    def setUp(self):
        [account] = [each for each in kustomize("base") if each["kind"] == "ServiceAccount"]
        self.name, self.namespace = account["metadata"]["name"], account["metadata"]["namespace"]

    def by_web_identity(self, document, issuer, name, audience="sts.amazonaws.com"):
        subject = f"system:serviceaccount:{self.namespace}:{name}"
        return decide(
            [document],
            "sts:AssumeRoleWithWebIdentity",
            {f"{issuer}:sub": subject, f"{issuer}:aud": audience},
            principal={"Federated": f"arn:aws:iam::111122223333:oidc-provider/{issuer}"},
        )

    def by_pod_identity(self, document, cluster, name, action="sts:AssumeRole"):
        tags = {"eks-cluster-name": cluster, "kubernetes-namespace": self.namespace, "kubernetes-service-account": name}
        return decide(
            [document],
            action,
            {f"aws:RequestTag/{key}": value for key, value in tags.items()},
            principal={"Service": "pods.eks.amazonaws.com"},
        )

    def irsa_documents(self):
        yield "OIDC_PROVIDER", read("trust-irsa.json")
        made = resolve(TEMPLATE.read_text(), Identity="IRSA", ClusterName="production", OidcProvider=ISSUER)
        yield ISSUER, made["Role"]["AssumeRolePolicyDocument"]
        yield ISSUER, self.by_command("trust-irsa")

    def pod_identity_documents(self):
        yield "CLUSTER", read("trust-pod-identity.json")
        yield "production", resolve(TEMPLATE.read_text(), ClusterName="production")["Role"]["AssumeRolePolicyDocument"]
        yield "production", self.by_command("trust-pod-identity")

    @staticmethod
    def by_command(name):
        """The document that the command in docs/deploy.md writes."""
        [command] = re.findall(rf"(?m)^    (sed .*{name}\.json) > trust\.json$", (TOP / "docs/deploy.md").read_text())
        variables = {"CLUSTER": "production", "ISSUER": f"https://{ISSUER}", "ACCOUNT": "111122223333"}
        return json.loads(subprocess.check_output(["bash", "-c", command], cwd=TOP, env=os.environ | variables))

    def test_irsa_admits_only_the_agents_service_account(self):
        for issuer, document in self.irsa_documents():
            self.assertEqual(ALLOWED, self.by_web_identity(document, issuer, self.name))
            self.assertEqual(DENIED, self.by_web_identity(document, issuer, "default"))
            self.assertEqual(DENIED, self.by_web_identity(document, issuer, self.name, audience="other"))
            self.assertEqual(DENIED, self.by_web_identity(document, "other", self.name))

    def test_pod_identity_admits_only_the_agents_service_account(self):
        for cluster, document in self.pod_identity_documents():
            for action in ("sts:AssumeRole", "sts:TagSession"):
                self.assertEqual(ALLOWED, self.by_pod_identity(document, cluster, self.name, action))
            self.assertEqual(DENIED, self.by_pod_identity(document, cluster, "default"))
            self.assertEqual(DENIED, self.by_pod_identity(document, "other", self.name))


class Template(unittest.TestCase):
    def test_the_linter_finds_nothing(self):
        found = lint(TEMPLATE.read_text(), config=ManualArgs(regions=["us-east-1", "us-gov-west-1"]))
        self.assertEqual([], [str(each) for each in found])

    def test_allows_the_actions_that_its_parameters_select(self):
        for tags in ("true", "false"):
            for subnets in ("true", "false"):
                made = resolve(TEMPLATE.read_text(), ClusterName="x", ClusterNameByTags=tags, Subnets=subnets)
                expected = (ALLOWED, DENIED, *({"true": ALLOWED, "false": DENIED}[each] for each in (tags, subnets)))
                self.assertEqual(expected, answers([made["Policy"]["PolicyDocument"]]))

    def test_allows_the_same_as_the_document_with_the_namespace_if_the_agent_reads_tags(self):
        made = resolve(TEMPLATE.read_text(), ClusterName="x", ClusterNameByTags="true")
        self.assertEqual(read(NAMESPACE), made["Policy"]["PolicyDocument"])

    def test_allows_by_default_only_to_publish_in_one_namespace(self):
        made = resolve(TEMPLATE.read_text(), ClusterName="x")
        self.assertEqual((ALLOWED, DENIED, DENIED, DENIED), answers([made["Policy"]["PolicyDocument"]]))

    def test_allows_otlp_with_its_parameter(self):
        document = resolve(TEMPLATE.read_text(), ClusterName="x", Otlp="true")["Policy"]["PolicyDocument"]
        self.assertEqual((ALLOWED, ALLOWED, DENIED, DENIED), answers([document]))
        [added] = read(OTLP)["Statement"]
        self.assertIn(added, document["Statement"])

    def test_binds_the_role_by_pod_identity_only_with_its_parameter(self):
        self.assertIn("Association", resolve(TEMPLATE.read_text(), ClusterName="x"))
        self.assertNotIn("Association", resolve(TEMPLATE.read_text(), Identity="IRSA", OidcProvider=ISSUER))

    def test_works_in_every_partition(self):
        self.assertNotIn("arn:aws:", TEMPLATE.read_text())
        made = resolve(TEMPLATE.read_text(), Identity="IRSA", OidcProvider=ISSUER, **{"AWS::Partition": "aws-cn"})
        [statement] = made["Role"]["AssumeRolePolicyDocument"]["Statement"]
        self.assertTrue(statement["Principal"]["Federated"].startswith("arn:aws-cn:iam::"))


class Simulator(unittest.TestCase):
    """Tests the simulation of IAM."""

    @staticmethod
    def document(**statement):
        return {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "a:B", "Resource": "*"} | statement}

    def test_a_denial_has_priority(self):
        documents = [self.document(), self.document(Effect="Deny", Action="a:*")]
        self.assertEqual(DENIED_EXPLICITLY, decide(documents, "a:B"))

    def test_actions_match_without_regard_to_case_and_with_wildcards(self):
        self.assertEqual(ALLOWED, decide([self.document(Action=["A:b"])], "a:B"))
        self.assertEqual(ALLOWED, decide([self.document(Action="a:Get*")], "a:GetX"))
        self.assertEqual(DENIED, decide([self.document(Action="a:Get*")], "a:PutX"))

    def test_all_keys_of_a_condition_must_hold(self):
        document = self.document(Condition={"StringEquals": {"k": ["1", "2"], "l": "3"}})
        self.assertEqual(ALLOWED, decide([document], "a:B", {"k": "2", "l": "3"}))
        self.assertEqual(DENIED, decide([document], "a:B", {"k": "2"}))

    def test_unknown_parts_are_refused(self):
        for statement in ({"NotAction": "a:B"}, {"Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}}):
            with self.assertRaises(ValueError):
                decide([self.document(**statement)], "a:B")


class Overlays(unittest.TestCase):
    def test_only_irsa_annotates_the_service_account(self):
        for each in (DAEMONSET / "overlays").iterdir():
            annotations = only(kustomize(each), "ServiceAccount")["metadata"].get("annotations", {})
            self.assertEqual(each.name == "irsa", "eks.amazonaws.com/role-arn" in annotations)
