"""Tests the Terraform module in iam-policy/terraform/ and the examples in the documents, with Terraform itself."""

import json
import os
import platform
import re
import shlex
import shutil
import subprocess
import tempfile
import unittest
from functools import cache
from pathlib import Path

import yaml

from iam import ALLOWED, DENIED, decide
from rendering import CHART, TOP
from test_policies import NAMESPACE, OTLP, answers, read

MODULE = TOP / "iam-policy/terraform"
PAGES = (MODULE / "README.md", TOP / "docs/fleet.md")
PROVIDER = "registry.terraform.io/hashicorp/aws/6.25.0"
ISSUER = "oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF"
VERSION = yaml.safe_load((CHART / "Chart.yaml").read_text())["version"]
PROVIDER_ARN = f"arn:aws:iam::111122223333:oidc-provider/{ISSUER}"
AGENT = {"namespace": "kube-system", "name": "cni-metrics-agent"}


def terraform(directory, *arguments, stdin=None):
    settings = {"TF_CLI_CONFIG_FILE": os.devnull, "CHECKPOINT_DISABLE": "1", "NO_COLOR": "1"}
    command = [*shlex.split(os.environ["TERRAFORM"]), f"-chdir={directory}", *arguments]
    done = subprocess.run(
        command, input=stdin, capture_output=True, text=True, timeout=300, env={**os.environ, **settings}
    )
    if done.returncode != 0:
        raise AssertionError(done.stdout + done.stderr)
    return done.stdout


@cache
def mirror():
    """A directory with the provider that only knows arguments, where `terraform init` looks for it."""
    directory = tempfile.TemporaryDirectory()
    processor = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    place = Path(directory.name) / PROVIDER / f"{platform.system().lower()}_{processor}"
    place.mkdir(parents=True)
    shutil.copy(os.environ["TERRAFORM_PROVIDER"], place / "terraform-provider-aws")
    return directory


@cache
def module():
    """A copy of the module after `terraform init`."""
    directory = tempfile.TemporaryDirectory()
    shutil.copytree(MODULE, directory.name, dirs_exist_ok=True)
    terraform(directory.name, "init", f"-plugin-dir={mirror().name}")
    return directory


def value(expression, **variables):
    """The value of a JSON text in the module."""
    flags = [f"-var={key}={each}" for key, each in ({"cluster_name": "production"} | variables).items()]
    return json.loads(json.loads(terraform(module().name, "console", *flags, stdin=f"nonsensitive({expression})\n")))


def problem(**variables):
    """What `terraform plan` says against these variables of the module, without AWS. The variables are expressions."""
    with tempfile.TemporaryDirectory() as directory:
        arguments = "".join(f"  {key} = {each}\n" for key, each in variables.items())
        Path(directory, "main.tf").write_text(
            'terraform {\n  required_providers {\n    aws = { source = "hashicorp/aws" }\n  }\n}\n'
            'resource "terraform_data" "unknown" {\n  input = timestamp()\n}\n'
            f'module "agent" {{\n  source = "{MODULE}"\n  cluster_name = "production"\n{arguments}}}\n'
        )
        Path(directory, "plan.tftest.hcl").write_text('mock_provider "aws" {}\nrun "plan" {\n  command = plan\n}\n')
        terraform(directory, "init", f"-plugin-dir={mirror().name}")
        try:
            terraform(directory, "test")
        except AssertionError as error:
            return " ".join(re.sub(r"\x1b\[\d*m|[│╷╵]", "", str(error)).split())
        return ""


@unittest.skipUnless(os.environ.get("TERRAFORM"), "there is no terraform on the PATH")
class Module(unittest.TestCase):
    def test_is_formatted_and_valid(self):
        terraform(MODULE, "fmt", "-check", "-diff")
        self.assertTrue(json.loads(terraform(module().name, "validate", "-json"))["valid"])

    def test_an_unknown_argument_is_found(self):
        with tempfile.TemporaryDirectory() as directory:
            shutil.copytree(MODULE, directory, dirs_exist_ok=True)
            main = Path(directory, "main.tf")
            main.write_text(main.read_text().replace("service_account = var", "serviceaccount = var"))
            terraform(directory, "init", f"-plugin-dir={mirror().name}")
            with self.assertRaisesRegex(AssertionError, "Unsupported argument"):
                terraform(directory, "validate")

    def test_allows_the_actions_that_its_variables_select(self):
        allowed = {"true": ALLOWED, "false": DENIED}
        for tags, subnets in (("true", "false"), ("false", "true"), ("true", "true")):
            document = value("local.policy", cluster_name_by_tags=tags, subnets=subnets)
            self.assertEqual((ALLOWED, DENIED, allowed[tags], allowed[subnets]), answers([document]))
        self.assertEqual(read(NAMESPACE), value("local.policy", cluster_name_by_tags="true"))

    def test_allows_otlp_with_its_variable(self):
        document = value("local.policy", otlp="true")
        self.assertEqual((ALLOWED, ALLOWED, DENIED, DENIED), answers([document]))
        [added] = read(OTLP)["Statement"]
        self.assertIn(added, document["Statement"])

    def test_irsa_can_use_a_provider_of_the_same_configuration(self):
        self.assertEqual("", problem(identity='"IRSA"', oidc_provider_arn="terraform_data.unknown.output"))

    def test_irsa_needs_a_provider_and_pod_identity_needs_none(self):
        self.assertEqual("", problem())
        self.assertIn("needs oidc_provider_arn", problem(identity='"IRSA"'))
        self.assertIn("only IRSA uses oidc_provider_arn", problem(oidc_provider_arn=f'"{PROVIDER_ARN}"'))
        self.assertIn("identity must be PodIdentity or IRSA", problem(identity='"irsa"'))

    def test_a_template_that_is_too_large_needs_a_url(self):
        url = '"https://bucket.s3.eu-west-1.amazonaws.com/alarms.json"'
        self.assertEqual("", problem(alarms_template=f'"{"x" * 51200}"'))
        self.assertIn("set alarms_template_url", problem(alarms_template=f'"{"x" * 51201}"'))
        self.assertEqual("", problem(alarms_template=f'"{"x" * 51201}"', alarms_template_url=url))

    def test_pod_identity_admits_only_the_agents_service_account(self):
        document = value("local.trust")
        for cluster, name, expected in (
            ("production", AGENT["name"], ALLOWED),
            ("production", "default", DENIED),
            ("other", AGENT["name"], DENIED),
        ):
            tags = {
                "eks-cluster-name": cluster,
                "kubernetes-namespace": AGENT["namespace"],
                "kubernetes-service-account": name,
            }
            keys = {f"aws:RequestTag/{key}": each for key, each in tags.items()}
            for action in ("sts:AssumeRole", "sts:TagSession"):
                principal = {"Service": "pods.eks.amazonaws.com"}
                self.assertEqual(expected, decide([document], action, keys, principal=principal))

    def test_irsa_admits_only_the_agents_service_account(self):
        document = value("local.trust", identity="IRSA", oidc_provider_arn=PROVIDER_ARN)
        for name, expected in ((AGENT["name"], ALLOWED), ("default", DENIED)):
            subject = f"system:serviceaccount:{AGENT['namespace']}:{name}"
            keys = {f"{ISSUER}:sub": subject, f"{ISSUER}:aud": "sts.amazonaws.com"}
            principal = {"Federated": PROVIDER_ARN}
            action = "sts:AssumeRoleWithWebIdentity"
            self.assertEqual(expected, decide([document], action, keys, principal=principal))

    def test_the_alarms_watch_the_namespace_of_the_role(self):
        goldens = TOP / "agent/src/test/resources/goldens"
        for template, given, expected in (
            ("alarms.json", {}, {"Namespace": "Net/Pods"}),
            ("alarms.json", {"Namespace": "Other"}, {"Namespace": "Other"}),
            ("alarms-promql.json", {"NotifyOk": "false"}, {"NotifyOk": "false"}),
        ):
            parameters = value(
                "jsonencode(local.alarm_parameters)",
                cloudwatch_namespace="Net/Pods",
                alarms_template=(goldens / template).read_text(),
                alarm_parameters=json.dumps(given),
            )
            self.assertEqual({"ClusterId": "production"} | expected, parameters)

    def test_each_example_is_formatted_and_valid(self):
        for page in PAGES:
            for block in re.findall(r"```hcl\n(.*?)```", page.read_text(), re.S):
                with tempfile.TemporaryDirectory() as directory:
                    source = f"github.com/OWNER/cni-metrics-agent//iam-policy/terraform?ref=v{VERSION}"
                    self.assertIn(source, block, page)
                    here = block.replace(source, str(MODULE))
                    self.assertNotIn("OWNER", here)
                    Path(directory, "main.tf").write_text(block)
                    terraform(directory, "fmt", "-check", "-diff")
                    Path(directory, "main.tf").write_text(here)
                    for name in re.findall(r'file\("(.*?)"\)', block):
                        Path(directory, name).write_text("{}")
                    terraform(directory, "init", f"-plugin-dir={mirror().name}")
                    terraform(directory, "validate")
