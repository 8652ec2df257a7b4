"""Tests that the examples in docs/deploy.md work without changes, and that the AWS commands on every page exist."""

import re
import shlex
import tempfile
import unittest
from pathlib import Path

import yaml
from botocore.session import Session

from rendering import CHART, NAME, TOP, env, helm_text, kustomization, objects, only

PAGE = (TOP / "docs/deploy.md").read_text()


def yaml_blocks():
    return [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", PAGE, re.S)]


PAGES = [TOP / "README.md", *sorted((TOP / "docs").rglob("*.md")), *sorted((TOP / "iam-policy").rglob("*.md"))]
# Options of the AWS CLI that are not members of an operation, and commands that are not operations.
GLOBAL = {"region", "query", "output", "cli-input-json", "max-items"}
COMMANDS = {
    ("cloudformation", "deploy"): {"stack-name", "template-file", "capabilities", "parameter-overrides"},
    ("ecr", "get-login-password"): set(),
}


def hyphenated(name):
    """The name of an operation or a member as the AWS CLI writes it: RoleName is role-name."""
    return re.sub(r"([a-z0-9])([A-Z])|([A-Z])([A-Z][a-z])", r"\1\3-\2\4", name).lower()


def aws_commands(page):
    """Yields each command of the AWS CLI on a page as service, operation and options. Lines in tables are left out."""
    text = re.sub(r"\\\n\s*", "", page.read_text())
    for line in re.findall(r"(?m)^(?:    |.*=\$\()(aws [a-z].*)", text):
        words = re.sub(r"\$\(.*?\)", "X", line).split(" | ")[0]
        yield (*words.split()[1:3], {each.split("=")[0] for each in re.findall(r" --([a-z-]+)", words)})


class AwsCommands(unittest.TestCase):
    def test_each_operation_and_option_exists(self):
        session = Session()
        count = 0
        for page in PAGES:
            for service, operation, options in aws_commands(page):
                count += 1
                command = f"{page.name}: aws {service} {operation}"
                if (service, operation) in COMMANDS:
                    self.assertLessEqual(options, COMMANDS[service, operation] | GLOBAL, command)
                    continue
                model = session.get_service_model(service)
                names = {hyphenated(each): each for each in model.operation_names}
                self.assertIn(operation, names, command)
                members = model.operation_model(names[operation]).input_shape.members
                known = {hyphenated(each) for each in members} | GLOBAL
                known |= {f"no-{hyphenated(key)}" for key, each in members.items() if each.type_name == "boolean"}
                self.assertLessEqual(options, known, command)
        self.assertGreater(count, 15)


def anchors(page):
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"(?m)^#+ (.*)", page.read_text())
    return {re.sub(r"[^\w -]", "", each.lower()).replace(" ", "-") for each in headings}


def links(page):
    """The links of a page to files of the repository, each as a path and an anchor. A link may be broken into lines."""
    targets = re.findall(r"\]\(([^)\s]+)\)", page.read_text())
    return [each.partition("#")[::2] for each in targets if not each.startswith(("http:", "https:"))]


class Links(unittest.TestCase):
    def test_each_link_leads_to_a_page_and_a_heading(self):
        for page in (*PAGES, TOP / "SECURITY.md", TOP / "CONTRIBUTING.md"):
            for path, anchor in links(page):
                target = (page.parent / path).resolve() if path else page
                self.assertTrue(target.exists(), f"{page.name}: {path}")
                if anchor and target.suffix == ".md":
                    self.assertIn(anchor, anchors(target), f"{page.name}: {path}")

    def test_the_index_has_every_page(self):
        index = TOP / "docs/README.md"
        linked = {(index.parent / path).resolve() for path, _ in links(index)}
        pages = {each.resolve() for each in (TOP / "docs").glob("*.md")} - {index.resolve()}
        self.assertEqual(set(), {each.name for each in pages - linked})


class PrometheusPage(unittest.TestCase):
    TEXT = (TOP / "docs/prometheus.md").read_text()

    def test_its_sample_alert_names_the_findings_of_the_rule(self):
        rules = yaml.safe_load((CHART / "files/rules.yaml").read_text())["groups"][0]["rules"]
        [alert] = [each for each in rules if each["alert"] == "CniPodsGetNoAddress"]
        findings = re.search(r"See the verdict and the findings .*", alert["annotations"]["description"])[0]
        self.assertIn(findings, " ".join(self.TEXT.split()))

    def test_without_cloudwatch_the_agent_is_scraped_and_the_alerts_are_selected(self):
        command = re.search(r"( --set .*?)\n\n- The agent needs no role", self.TEXT, re.S)[1].replace("\\\n", " ")
        command = command.replace("REGISTRY", "registry").replace("$REGION", "eu-west-1")
        rendered = objects(helm_text(*shlex.split(command), "--skip-tests"))
        self.assertEqual("false", env(rendered)["USE_CLOUDWATCH"])
        for kind in ("PodMonitor", "PrometheusRule"):
            self.assertEqual("kps", only(rendered, kind)["metadata"]["labels"]["release"])
        self.assertNotIn("annotations", only(rendered, "ServiceAccount")["metadata"])


class FleetPage(unittest.TestCase):
    def test_each_parameter_of_a_stack_set_exists_in_the_template(self):
        named = re.findall(r"ParameterKey=(\w+)", (TOP / "docs/fleet.md").read_text())
        alarms = (TOP / "agent/src/test/resources/goldens/alarms.json").read_text()
        role = (TOP / "iam-policy/role.yaml").read_text()
        self.assertEqual({"ClusterName", "ClusterId", "PageTopicArn"}, set(named))
        self.assertIn("\n  ClusterName:\n", role)
        for parameter in ("ClusterId", "PageTopicArn"):
            self.assertIn(f'"{parameter}"', alarms[: alarms.index('"Conditions"')])


class DeployPage(unittest.TestCase):
    def test_its_kustomization_renders_an_agent_that_knows_its_cluster(self):
        [content] = [each for each in yaml_blocks() if each.get("kind") == "Kustomization"]
        for key in ("resources", "components"):
            content[key] = [str(TOP / Path(*Path(each).parts[1:])) for each in content[key]]
        with tempfile.TemporaryDirectory() as directory:
            rendered = kustomization(directory, content)
        self.assertEqual("production", env(rendered)["AWS_CLUSTER_ID"])
        self.assertEqual("eu-west-1", env(rendered)["AWS_REGION"])
        [container] = only(rendered, "DaemonSet")["spec"]["template"]["spec"]["containers"]
        self.assertRegex(container["image"], "^REGISTRY/cni-metrics-agent:")

    def test_every_file_that_it_names_is_there(self):
        named = re.findall(r"(?<!status )(?:daemonset|iam-policy)/[\w./-]*\w", PAGE)
        self.assertGreater(len(named), 8)
        for path in named:
            self.assertTrue((TOP / path).exists(), path)

    def test_every_value_that_it_names_exists_in_the_chart(self):
        values = yaml.safe_load((CHART / "values.yaml").read_text())
        tops = "|".join(values)
        for name in re.findall(rf"[`\s](?:--set \"?)?((?:{tops})\.[A-Za-z]+)\b(?!\.[a-z])", PAGE):
            parent, child = name.split(".")
            self.assertTrue(parent == "env" or child in values[parent], name)
        for name in re.findall(r"--set \"?([A-Za-z]+)", PAGE):
            self.assertIn(name, values)

    def test_every_parameter_that_it_sets_exists_in_the_template(self):
        template = (TOP / "iam-policy/role.yaml").read_text()
        names = set(re.findall(r"[` ]((?:[A-Z][a-z]+){2,}|Subnets|Identity)=", PAGE))
        self.assertLessEqual({"ClusterName", "CloudWatchNamespace", "ServiceAccount", "Subnets"}, names)
        for name in names:
            self.assertIn(f"\n  {name}:\n", template)

    def test_each_cluster_has_its_own_stacks(self):
        names = re.findall(r"--stack-name +(\S+)", PAGE)
        self.assertGreaterEqual(len(names), 3)
        self.assertEqual([], [each for each in names if "$CLUSTER" not in each])

    def test_an_example_is_shown_and_never_applied(self):
        self.assertNotRegex(PAGE, "apply -k daemonset/overlays")

    def test_no_command_needs_gnu_date(self):
        for page in PAGES:
            self.assertNotRegex(page.read_text(), r"\bdate (-\w+ )*(-\w*d\b|--date)", page.name)

    def test_its_image_has_the_version_of_the_chart(self):
        version = yaml.safe_load((CHART / "Chart.yaml").read_text())["version"]
        self.assertRegex(PAGE, rf"docker buildx build .*--tag REGISTRY/{NAME}:{version} --push \.\n")

    def test_no_line_is_longer_than_120_characters(self):
        self.assertEqual([], [each for each in PAGE.splitlines() if len(each) > 120])
